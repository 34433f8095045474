-- Deposits of the month by kind, at its end and on average; where the bank sends no sum, its parts, else his accounts (R88).
-- needs
--   deposit_spot_fen: customer_month.deposit_spot_fen or customer_month.demand_spot_fen or account.balance_fen, customer_month.deposit_spot_fen or customer_month.time_spot_fen or account.balance_fen
--   deposit_avg_month_fen: customer_month.deposit_avg_month_fen
--   demand_spot_fen: customer_month.demand_spot_fen or account.product_name
--   time_spot_fen: customer_month.time_spot_fen or account.product_name
--   cd_spot_fen: customer_month.cd_spot_fen
--   structured_spot_fen: customer_month.structured_spot_fen
SELECT
  e.customer_id,
  e.deposit_spot_fen,
  e.deposit_avg_month_fen,
  e.demand_spot_fen,
  e.time_spot_fen,
  e.cd_spot_fen,
  e.structured_spot_fen
FROM evidence e
