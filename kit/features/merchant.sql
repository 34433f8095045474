-- Likely merchant, as evidence and never a finding: an acquiring flag, or many receipts with a balance behind them; where no acquiring data are sent, large sums in and out again and again (R51).
-- needs
--   merchant_like: merchant_flagged or txn.channel or turnover_fen
--   merchant_flagged: customer_month.merchant_flag or customer_month.merchant_amt_fen
--   merchant_receipts: txn.channel
--   merchant_turnover, turnover_fen: customer_month.inflow_fen or customer_month.txn_amount_fen or txn.direction
SELECT
  e.*,
  CASE
    WHEN e.merchant_flagged OR e.merchant_receipts THEN TRUE
    WHEN e.acquiring_known THEN COALESCE(e.merchant_flagged, e.merchant_receipts)
    ELSE e.merchant_turnover
  END AS merchant_like
FROM (
  SELECT
    b.customer_id,
    b.acquiring_known,
    b.turnover_fen,
    b.merchant_flag AS merchant_flagged,
    (
      CASE WHEN b.receipts_least >= :merchant.receipts THEN TRUE ELSE b.receipts >= :merchant.receipts END
      AND CASE WHEN b.receipts_least_fen >= :merchant.receipts_fen THEN TRUE WHEN b.receipts IS NOT NULL THEN FALSE END
      AND (a.aum_fen >= :merchant.aum_fen OR b.demand_avg_month_fen >= :merchant.demand_fen)
    ) AS merchant_receipts,
    -- What only goes on to the same name elsewhere is no trade.
    (
      b.turnover_fen >= :merchant.turnover_fen
      AND b.turnover_fen >= :merchant.turnover_ratio * b.held_fen
      AND CASE
        WHEN b.txn_count_least >= :merchant.turnover_times OR b.parties_least >= :merchant.turnover_times THEN TRUE
        ELSE b.txn_count >= :merchant.turnover_times
      END
      AND COALESCE(NOT p.primary_same_name_out, TRUE)
    ) AS merchant_turnover
  FROM evidence b
  JOIN aum a ON a.customer_id = b.customer_id
  JOIN primary_account p ON p.customer_id = b.customer_id
) e
