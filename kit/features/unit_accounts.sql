-- One row a unit's account at the latest date: idle for the profile's months, and at risk of 久悬 after a year without receipts, payments or debt (R76).
-- needs last_txn_date: unit_account.last_txn_date
-- needs idle: unit_account.last_txn_date
-- needs suspension_risk: unit_account.last_txn_date
-- needs suspension_risk: unit_account.has_loan
-- needs avg_year_fen: unit_account.avg_year_fen
-- needs spot_fen: unit_account.spot_fen
-- needs account_nature: unit_account.account_nature
-- needs has_payroll: unit_account.has_payroll
SELECT
  branch_id,
  unit_id,
  as_of,
  account_nature,
  spot_fen,
  avg_year_fen,
  last_txn_date,
  last_txn_date <= :unit_idle_since AS idle,
  last_txn_date <= :unit_suspended_since AND NOT COALESCE(has_loan, FALSE) AS suspension_risk,
  has_payroll
FROM unit_account
WHERE COALESCE(as_of = (SELECT MAX(as_of) FROM unit_account WHERE as_of <= :as_of), as_of IS NULL)
