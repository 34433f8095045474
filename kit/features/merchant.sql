-- Likely merchant, as evidence and never a finding: an acquiring flag, or many receipts with a balance behind them; where no acquiring data are sent, large sums in and out again and again (R51).
-- needs
--   merchant_like: customer_month.merchant_flag or txn.channel or customer_month.inflow_fen or customer_month.txn_amount_fen
--   merchant_flagged: customer_month.merchant_flag
--   merchant_receipts: txn.channel
--   merchant_turnover, turnover_fen: customer_month.inflow_fen or customer_month.txn_amount_fen
SELECT
  e.*,
  CASE WHEN e.acquiring_known THEN e.merchant_flagged OR e.merchant_receipts ELSE e.merchant_turnover END AS merchant_like
FROM (
  SELECT
    d.customer_id,
    d.acquiring_known,
    d.turnover_fen,
    COALESCE(d.merchant_flag, FALSE) AS merchant_flagged,
    COALESCE(d.receipts >= :merchant.receipts AND d.receipts_fen >= :merchant.receipts_fen, FALSE)
      AND (COALESCE(d.aum_fen >= :merchant.aum_fen, FALSE) OR COALESCE(d.demand_avg_month_fen >= :merchant.demand_fen, FALSE))
      AS merchant_receipts,
    -- What only goes on to the same name elsewhere is no trade.
    COALESCE(d.turnover_fen >= :merchant.turnover_fen AND d.turnover_fen >= :merchant.turnover_ratio * d.held_fen, FALSE)
      AND (COALESCE(d.txn_count >= :merchant.turnover_times, FALSE) OR COALESCE(d.parties >= :merchant.turnover_times, FALSE))
      AND NOT d.primary_same_name_out AS merchant_turnover
  FROM (
    SELECT
      c.customer_id,
      a.aum_fen,
      p.primary_same_name_out,
      m.merchant_flag,
      m.demand_avg_month_fen,
      m.txn_count,
      COALESCE(m.inflow_fen + m.outflow_fen, m.txn_amount_fen) AS turnover_fen,
      COALESCE(m.aum_avg_month_fen, m.aum_spot_fen) AS held_fen,
      r.receipts,
      r.receipts_fen,
      r.parties,
      :flag_known OR k.acquired > 0 AS acquiring_known
    FROM customer c
    CROSS JOIN (SELECT COUNT(*) AS acquired FROM txn WHERE channel IN :acquiring_words) k
    JOIN aum a ON a.customer_id = c.customer_id
    JOIN primary_account p ON p.customer_id = c.customer_id
    LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
    LEFT JOIN (
      SELECT
        customer_id,
        COUNT(DISTINCT counterparty) AS parties,
        SUM(CASE WHEN channel IN :acquiring_words THEN 1 ELSE 0 END) AS receipts,
        SUM(CASE WHEN channel IN :acquiring_words THEN amount_fen ELSE 0 END) AS receipts_fen
      FROM txn
      WHERE txn_date > :receipts_since AND txn_date <= :as_of
      GROUP BY customer_id
    ) r ON r.customer_id = c.customer_id
  ) d
) e
