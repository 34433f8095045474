-- One row a call, chat or visit whose result is on record: whether the customer was reached and did not object, and what was known of him before it (R57).
-- needs
--   succeeded: contact.contact_result, contact.contact_date
SELECT
  u.branch_id,
  u.customer_id,
  o.contact_date,
  o.succeeded = 1 AS succeeded,
  o.attempts - o.attempts_today AS attempts,
  o.successes - o.successes_today AS successes,
  p.tier_rank,
  u.age
FROM (
  SELECT
    customer_id,
    contact_date,
    succeeded,
    COUNT(*) OVER (PARTITION BY customer_id ORDER BY contact_date) AS attempts,
    COUNT(*) OVER (PARTITION BY customer_id, contact_date) AS attempts_today,
    CAST(SUM(succeeded) OVER (PARTITION BY customer_id ORDER BY contact_date) AS BIGINT) AS successes,
    CAST(SUM(succeeded) OVER (PARTITION BY customer_id, contact_date) AS BIGINT) AS successes_today
  FROM (
    SELECT customer_id, contact_date, succeeded
    FROM contact_read
    WHERE succeeded IS NOT NULL AND contact_date IS NOT NULL
  ) k
) o
JOIN customers u ON u.customer_id = o.customer_id
LEFT JOIN (
  SELECT k.customer_id, k.contact_date, MAX(p.as_of) AS as_of
  FROM contact_read k
  JOIN panel p ON p.customer_id = k.customer_id AND p.as_of < k.contact_date
  GROUP BY k.customer_id, k.contact_date
) b ON b.customer_id = o.customer_id AND b.contact_date = o.contact_date
LEFT JOIN panel p ON p.customer_id = b.customer_id AND p.as_of = b.as_of
