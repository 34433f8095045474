-- 睡眠 for marketing: AUM at most the profile's and no active transaction since its idle date; interest is not activity (R73).
-- needs
--   dormant: customer_month.last_active_date
SELECT
  l.customer_id,
  l.last_active_date,
  a.aum_fen <= :dormancy.aum_at_most_fen AND l.last_active_date < :idle_since AS dormant
FROM (
  SELECT
    c.customer_id,
    CASE
      WHEN t.last_txn_date > m.last_active_date OR m.last_active_date IS NULL THEN t.last_txn_date
      ELSE m.last_active_date
    END AS last_active_date
  FROM customer c
  LEFT JOIN customer_month m ON m.customer_id = c.customer_id AND m.as_of = :month
  LEFT JOIN (
    SELECT customer_id, MAX(txn_date) AS last_txn_date
    FROM txn
    WHERE COALESCE(is_active_txn, NOT is_interest, FALSE) AND txn_date <= :as_of
    GROUP BY customer_id
  ) t ON t.customer_id = c.customer_id
) l
JOIN aum a ON a.customer_id = l.customer_id
