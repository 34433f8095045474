-- Deposits of the month by kind, at its end and on average; where the bank sends no sum, its known parts (R88).
-- needs
--   deposit_spot_fen: customer_month.deposit_spot_fen or customer_month.demand_spot_fen or customer_month.time_spot_fen
--   deposit_avg_month_fen: customer_month.deposit_avg_month_fen
--   demand_spot_fen: customer_month.demand_spot_fen
--   time_spot_fen: customer_month.time_spot_fen
--   cd_spot_fen: customer_month.cd_spot_fen
--   structured_spot_fen: customer_month.structured_spot_fen
SELECT
  c.customer_id,
  COALESCE(
    m.deposit_spot_fen,
    COALESCE(m.demand_spot_fen, 0) + COALESCE(m.time_spot_fen, 0) + COALESCE(m.cd_spot_fen, 0)
    + COALESCE(m.structured_spot_fen, 0)
  ) AS deposit_spot_fen,
  m.deposit_avg_month_fen,
  m.demand_spot_fen,
  m.time_spot_fen,
  m.cd_spot_fen,
  m.structured_spot_fen
FROM customer c
LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
