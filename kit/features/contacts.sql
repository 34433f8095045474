-- One row a contact of the profile's months and of the days since the data, to the last on record: how, with which result and objection, at which step, and whether it is the first of whoever keeps the customer and had its SMS (R66, R67, R68, R69).
-- needs
--   contact_date: contact.contact_date
--   contact_staff_id: contact.staff_id
--   contact_way: contact.contact_type
--   contact_outcome: contact.contact_type, contact.contact_result
--   hang_up: contact.contact_result or contact.objection
--   contact_objection: contact.objection
--   sms_sent: contact.sms_sent
--   contact_step: contact.stage
--   first_contact: contact.contact_date, contact.staff_id or contact.stage, assignment.staff_id or contact.stage
--   first_sms: contact.contact_date, contact.sms_sent or contact.contact_type
SELECT
  f.branch_id,
  f.customer_id,
  f.contact_date,
  f.contact_staff_id,
  f.contact_way,
  f.contact_outcome,
  f.hang_up,
  f.contact_objection,
  f.sms_sent,
  f.contact_step,
  f.claims AND f.place = 1 AS first_contact,
  CASE WHEN f.claims AND f.place = 1 AND f.texts_known > 0 THEN f.texts_near > 0 END AS first_sms
FROM (
  SELECT
    k.*,
    ROW_NUMBER() OVER (
      PARTITION BY k.customer_id, k.contact_staff_id, k.claims
      ORDER BY k.establishes DESC, k.contact_date, COALESCE(k.contact_way = 'call', FALSE) DESC,
        COALESCE(k.contact_outcome, ''), COALESCE(k.contact_objection, ''), COALESCE(k.sms_sent, FALSE) DESC
    ) AS place,
    COUNT(k.texts) OVER () AS texts_known,
    SUM(CASE WHEN k.texts THEN 1 ELSE 0 END) OVER (
      PARTITION BY k.customer_id
      ORDER BY k.contact_date
      RANGE BETWEEN INTERVAL :practice.sms_days DAY PRECEDING AND INTERVAL :practice.sms_days DAY FOLLOWING
    ) AS texts_near
  FROM (
    SELECT
      c.branch_id,
      k.customer_id,
      k.contact_date,
      k.staff_id AS contact_staff_id,
      k.way AS contact_way,
      CASE WHEN k.way = 'call' THEN k.outcome END AS contact_outcome,
      k.hang_up,
      k.objection_code AS contact_objection,
      k.sms_sent,
      CASE WHEN k.way = 'sms' THEN TRUE ELSE k.sms_sent END AS texts,
      k.step AS contact_step,
      COALESCE(k.step = 'establish', FALSE) AS establishes,
      k.contact_date IS NOT NULL AND (
        COALESCE(k.step = 'establish', FALSE)
        -- Whoever kept him before the log begins has spoken with him before.
        OR COALESCE(k.staff_id = o.owner_id, FALSE)
          AND (a.assigned IS NULL OR COALESCE(a.assigned >= l.first_date AND k.contact_date >= a.assigned, FALSE))
      ) AS claims
    FROM contact_read k
    JOIN customer c ON c.customer_id = k.customer_id
    JOIN owner o ON o.customer_id = k.customer_id
    JOIN sent l ON l.branch_id = c.branch_id AND l.source = 'contact'
    LEFT JOIN (
      SELECT customer_id, staff_id, MAX(assign_date) AS assigned FROM assignment GROUP BY customer_id, staff_id
    ) a ON a.customer_id = k.customer_id AND a.staff_id = k.staff_id
    WHERE k.contact_date IS NULL OR k.contact_date <= :contacts_until
  ) k
) f
WHERE f.contact_date IS NULL OR f.contact_date > :practice_since
