-- 资金异动: the largest single receipt or payment of the profile's days; without transactions, the change of the balance since the month before (R107).
-- needs
--   movement_fen: txn.amount_fen or customer_month.aum_spot_fen
SELECT
  a.customer_id,
  CASE WHEN :txns_known THEN COALESCE(t.largest_fen, 0) ELSE ABS(a.spot_fen - a.spot_before_fen) END AS movement_fen
FROM aum a
LEFT JOIN (
  SELECT customer_id, MAX(ABS(amount_fen)) AS largest_fen
  FROM txn
  WHERE txn_date > :movement_since AND txn_date <= :as_of
  GROUP BY customer_id
) t ON t.customer_id = a.customer_id
