-- 触达: what the whole contact log, also after the as-of date, says of the next contact: when the customer was last reached, whether he hung up (never called again, R68), the date agreed, his latest intent (R54), and what came of calls and visits.
-- needs
--   last_touch_date: contact.contact_date
--   hung_up: contact.contact_result or contact.objection
--   asked_date: contact.next_date
--   intent: contact.contact_date, contact.intent_level
--   attempts, successes: contact.contact_result
--   owner_since: assignment.assign_date
SELECT
  c.customer_id,
  k.last_touch_date,
  CASE WHEN k.hung_up THEN TRUE WHEN w.known_since <= :practice_since THEN FALSE END AS hung_up,
  CASE WHEN k.asked_date > k.last_touch_date OR k.last_touch_date IS NULL THEN k.asked_date END AS asked_date,
  i.intent,
  COALESCE(k.attempts, 0) AS attempts,
  COALESCE(k.successes, 0) AS successes,
  a.owner_since
FROM customer c
LEFT JOIN sent w ON w.branch_id = c.branch_id AND w.source = 'contact'
LEFT JOIN (
  SELECT
    customer_id,
    MAX(CASE WHEN touched THEN contact_date END) AS last_touch_date,
    MAX(CASE WHEN hang_up THEN 1 ELSE 0 END) = 1 AS hung_up,
    MAX(CASE WHEN contact_date IS NULL OR next_date > contact_date THEN next_date END) AS asked_date,
    COUNT(succeeded) AS attempts,
    CAST(SUM(succeeded) AS BIGINT) AS successes
  FROM contact_read
  GROUP BY customer_id
) k ON k.customer_id = c.customer_id
LEFT JOIN (
  SELECT g.customer_id, MIN(g.intent_level) AS intent
  FROM contact g
  JOIN (
    SELECT customer_id, MAX(contact_date) AS noted
    FROM contact
    WHERE intent_level IS NOT NULL AND contact_date > :familiar_since
    GROUP BY customer_id
  ) l ON l.customer_id = g.customer_id AND l.noted = g.contact_date
  WHERE g.intent_level IS NOT NULL
  GROUP BY g.customer_id
) i ON i.customer_id = c.customer_id
LEFT JOIN (
  SELECT o.customer_id, MAX(a.assign_date) AS owner_since
  FROM owner o
  JOIN assignment a ON a.customer_id = o.customer_id AND a.staff_id = o.owner_id
  GROUP BY o.customer_id
) a ON a.customer_id = c.customer_id
