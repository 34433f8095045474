-- One row a deposit or product that ends after the as-of date and holds something, or an unknown amount; a closed account has no end (R88, R106).
SELECT customer_id, maturity_date, TRUE AS is_deposit, auto_roll, balance_fen AS amount_fen
FROM account
WHERE maturity_date > :as_of
  AND COALESCE(balance_fen > 0, TRUE)
  AND COALESCE(account_status NOT IN :closed_words, TRUE)
  AND COALESCE(close_date > :as_of, TRUE)
UNION ALL
SELECT h.customer_id, h.maturity_date, FALSE AS is_deposit, CAST(NULL AS BOOLEAN) AS auto_roll, h.amount_fen
FROM holding h
CROSS JOIN (SELECT MAX(as_of) AS as_of FROM holding) l
WHERE COALESCE(h.as_of = l.as_of, TRUE)
  AND h.maturity_date > :as_of
  AND COALESCE(h.amount_fen > 0, TRUE)
