-- One row a customer, direction and purpose of his transactions in the profile's months: how much, how often, in how many months (R41).
-- needs flow: txn.direction
-- needs purpose: txn.summary or txn.txn_type or txn.channel
SELECT
  c.branch_id,
  c.customer_id,
  f.flow,
  COALESCE(p.purpose, 'other') AS purpose,
  CAST(SUM(f.amount_fen) AS BIGINT) AS flow_fen,
  COUNT(*) AS txns,
  COUNT(DISTINCT f.month) AS months
FROM (
  SELECT
    customer_id,
    CASE WHEN direction IN :credit_words THEN 'in' WHEN direction IN :debit_words THEN 'out' ELSE 'unknown' END AS flow,
    COALESCE(summary, '') || ' ' || COALESCE(txn_type, '') || ' ' || COALESCE(channel, '') AS said,
    YEAR(txn_date) * 12 + MONTH(txn_date) AS month,
    amount_fen
  FROM txn
  WHERE txn_date > :flows_since AND txn_date <= :as_of
) f
JOIN customer c ON c.customer_id = f.customer_id
LEFT JOIN (
  SELECT said, MIN(purpose) AS purpose
  FROM (
    SELECT s.said, w.purpose, w.rule, MIN(w.rule) OVER (PARTITION BY s.said) AS first_rule
    FROM (
      SELECT DISTINCT COALESCE(summary, '') || ' ' || COALESCE(txn_type, '') || ' ' || COALESCE(channel, '') AS said
      FROM txn
      WHERE txn_date > :flows_since AND txn_date <= :as_of
    ) s
    JOIN purpose_words w ON s.said LIKE '%' || w.word || '%'
  ) r
  WHERE rule = first_rule
  GROUP BY said
) p ON p.said = f.said
GROUP BY c.branch_id, c.customer_id, f.flow, COALESCE(p.purpose, 'other')
