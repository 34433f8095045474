-- What 分户 looks at: the rule by how the customer came, the member of staff whom that rule names, and who assists already (R21, R23, R24, R25, R27).
-- needs
--   allocation_rule: customer.customer_source
--   rule_staff_id: customer.customer_source, customer.first_staff_id or customer.referrer_staff_id or customer.referrer_id
--   assisting_id: assignment.staff_id, assignment.owner_type
SELECT
  r.customer_id,
  r.allocation_rule,
  CASE
    WHEN r.allocation_rule = 'R1' THEN r.first_staff_id
    WHEN r.allocation_rule = 'R2' THEN COALESCE(r.first_staff_id, r.referrer_staff_id)
    WHEN r.allocation_rule = 'R4' THEN r.referrer_owner_id
  END AS rule_staff_id,
  r.assisting_id
FROM (
  SELECT
    c.customer_id,
    c.first_staff_id,
    c.referrer_staff_id,
    CASE
      WHEN c.customer_source IN :natural_words THEN 'R1'
      WHEN c.customer_source IN :referred_words THEN 'R2'
      WHEN c.customer_source IN :outside_words THEN 'R3'
      WHEN c.customer_source IN :introduced_words THEN 'R4'
    END AS allocation_rule,
    o.owner_id AS referrer_owner_id,
    a.assisting_id
  FROM customer c
  LEFT JOIN owner o ON o.customer_id = c.referrer_id AND NOT o.orphan
  LEFT JOIN (
    SELECT customer_id, MIN(staff_id) AS assisting_id
    FROM assignment
    WHERE owner_type IN :assisting_words
    GROUP BY customer_id
  ) a ON a.customer_id = c.customer_id
) r
