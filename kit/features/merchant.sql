-- Likely merchant, as evidence and never a finding: an acquiring flag, or many receipts with a balance behind them (R51).
-- needs merchant_like: customer_month.merchant_flag or txn.channel
SELECT
  c.customer_id,
  COALESCE(m.merchant_flag, FALSE)
    OR (
      COALESCE(r.receipts >= :receipts_30d AND r.receipts_fen >= :receipts_fen, FALSE)
      AND (COALESCE(a.aum_fen >= :merchant_aum_fen, FALSE) OR COALESCE(m.demand_avg_month_fen >= :merchant_demand_fen, FALSE))
    ) AS merchant_like
FROM customer c
JOIN aum a ON a.customer_id = c.customer_id
LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
LEFT JOIN (
  SELECT customer_id, COUNT(*) AS receipts, CAST(SUM(amount_fen) AS BIGINT) AS receipts_fen
  FROM txn
  WHERE txn_date > :days_30_ago AND txn_date <= :as_of AND channel IN :acquiring_words
  GROUP BY customer_id
) r ON r.customer_id = c.customer_id
