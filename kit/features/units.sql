-- One row a unit's account at the latest date: its balance and average of the calendar year, its last transaction, its debt and payroll (R76).
-- needs
--   unit_spot_fen: unit_account.spot_fen
--   unit_avg_year_fen: unit_account.avg_year_fen
--   unit_last_txn_date: unit_account.last_txn_date
--   unit_has_loan: unit_account.has_loan
--   unit_has_payroll: unit_account.has_payroll
--   unit_is_base: unit_account.is_base
--   unit_is_effective: unit_account.is_effective
SELECT
  u.branch_id,
  COALESCE(b.branch_name, u.branch_id) AS branch_name,
  u.unit_id,
  COALESCE(u.as_of, :as_of) AS as_of,
  u.spot_fen AS unit_spot_fen,
  u.avg_year_fen AS unit_avg_year_fen,
  u.last_txn_date AS unit_last_txn_date,
  u.has_loan AS unit_has_loan,
  u.has_payroll AS unit_has_payroll,
  u.is_base AS unit_is_base,
  u.is_effective AS unit_is_effective
FROM unit_account u
LEFT JOIN branch b ON b.branch_id = u.branch_id
CROSS JOIN (SELECT MAX(as_of) AS as_of FROM unit_account WHERE as_of <= :as_of) l
WHERE u.as_of IS NULL OR u.as_of = l.as_of
