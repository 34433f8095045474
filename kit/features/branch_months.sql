-- One row a branch and month: all deposits, and the part that is persons' (R74).
-- needs
--   personal_deposit_fen: branch_month.personal_deposit_fen
--   all_deposit_fen: branch_month.total_deposit_fen or branch_month.corp_deposit_fen
SELECT
  m.branch_id,
  COALESCE(b.branch_name, m.branch_id) AS branch_name,
  m.as_of,
  m.personal_deposit_fen,
  COALESCE(m.total_deposit_fen, m.personal_deposit_fen + m.corp_deposit_fen) AS all_deposit_fen
FROM branch_month m
LEFT JOIN branch b ON b.branch_id = m.branch_id
WHERE m.as_of <= :as_of
