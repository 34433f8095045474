-- One row a deposit or product with an end: what falls due after the as-of date, and whether it renews itself (R88).
-- needs
--   maturity_date: account.maturity_date or holding.maturity_date
--   auto_roll: account.auto_roll, account.maturity_date
SELECT c.branch_id, c.customer_id, d.maturity_date, d.is_deposit, d.auto_roll, d.amount_fen
FROM due d
JOIN customer c ON c.customer_id = d.customer_id
WHERE d.amount_fen IS NOT NULL
