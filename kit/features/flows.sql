-- One row a customer, direction and purpose of his transactions in the profile's months: how much, how often, in how many months (R41).
-- needs
--   flow: txn.direction
--   purpose: txn.summary or txn.txn_type or txn.channel
SELECT
  c.branch_id,
  c.customer_id,
  f.flow,
  COALESCE(p.code, 'other') AS purpose,
  CAST(SUM(f.amount_fen) AS BIGINT) AS flow_fen,
  COUNT(*) AS txns,
  COUNT(DISTINCT f.month) AS months
FROM (
  SELECT
    customer_id,
    CASE WHEN direction IN :credit_words THEN 'in' WHEN direction IN :debit_words THEN 'out' ELSE 'unknown' END AS flow,
    COALESCE(summary, '') || ' ' || COALESCE(txn_type, '') || ' ' || COALESCE(channel, '') AS said,
    -- Months end on the day of the as-of date.
    YEAR(txn_date) * 12 + MONTH(txn_date) - CASE WHEN DAY(txn_date) < :flows_day THEN 1 ELSE 0 END AS month,
    amount_fen
  FROM txn
  WHERE txn_date > :flows_since AND txn_date <= :as_of
) f
JOIN customer c ON c.customer_id = f.customer_id
LEFT JOIN meanings p ON p.kind = 'purpose' AND p.said = f.said
GROUP BY c.branch_id, c.customer_id, f.flow, COALESCE(p.code, 'other')
