-- 资金异动: the largest single receipt or payment of the profile's days; where the transactions sent for the branch do not reach over them, the change of the balance since the calendar month before (R107).
-- needs
--   movement_fen: txn.amount_fen or customer_month.aum_spot_fen
SELECT
  a.customer_id,
  CASE
    WHEN t.largest_fen IS NOT NULL THEN t.largest_fen
    WHEN s.branch_id IS NOT NULL THEN 0
    ELSE ABS(a.spot_fen - a.spot_before_fen)
  END AS movement_fen
FROM aum a
JOIN customer c ON c.customer_id = a.customer_id
LEFT JOIN sent s ON s.branch_id = c.branch_id AND s.source = 'txn' AND s.known_since <= :movement_since
LEFT JOIN (
  SELECT customer_id, MAX(ABS(amount_fen)) AS largest_fen
  FROM txn
  WHERE txn_date > :movement_since
  GROUP BY customer_id
) t ON t.customer_id = a.customer_id
