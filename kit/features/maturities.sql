-- One row a deposit or product with an end: what falls due after the as-of date, and whether it renews itself (R88).
-- needs maturity_date: account.maturity_date or holding.maturity_date
-- needs auto_roll: account.auto_roll
-- needs auto_roll: account.maturity_date
SELECT c.branch_id, c.customer_id, d.maturity_date, d.is_deposit, d.auto_roll, d.amount_fen
FROM (
  SELECT customer_id, maturity_date, TRUE AS is_deposit, auto_roll, balance_fen AS amount_fen
  FROM account
  WHERE COALESCE(account_status NOT IN :closed_words, TRUE) AND COALESCE(close_date > :as_of, TRUE)
  UNION ALL
  SELECT customer_id, maturity_date, FALSE AS is_deposit, CAST(NULL AS BOOLEAN) AS auto_roll, amount_fen
  FROM holding
) d
JOIN customer c ON c.customer_id = d.customer_id
WHERE d.maturity_date > :as_of AND d.amount_fen > 0
