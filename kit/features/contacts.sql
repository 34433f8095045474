-- One row a contact of the profile's months and of the days since the data, to the last on record: how, with which result and objection, at which step, and whether it is the first of whoever keeps the customer and had its SMS (R66, R67, R68, R69).
-- needs contact_date: contact.contact_date
-- needs contact_staff_id: contact.staff_id
-- needs contact_way: contact.contact_type
-- needs contact_outcome: contact.contact_type
-- needs contact_outcome: contact.contact_result
-- needs hang_up: contact.contact_result or contact.objection
-- needs contact_objection: contact.objection
-- needs sms_sent: contact.sms_sent
-- needs contact_step: contact.stage
-- needs first_contact: contact.contact_date
-- needs first_contact: contact.staff_id or contact.stage
-- needs first_contact: assignment.staff_id or contact.stage
-- needs first_sms: contact.contact_date
-- needs first_sms: contact.sms_sent or contact.contact_type
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
      RANGE BETWEEN INTERVAL :sms_days DAY PRECEDING AND INTERVAL :sms_days DAY FOLLOWING
    ) AS texts_near
  FROM (
    SELECT
      c.branch_id,
      k.customer_id,
      k.contact_date,
      k.staff_id AS contact_staff_id,
      w.code AS contact_way,
      CASE
        WHEN w.code = 'call' AND k.contact_result IS NOT NULL THEN
          -- What speaks of neither is what came of talking.
          CASE WHEN b.code = 'O3' THEN 'hung_up' ELSE COALESCE(r.code, 'connected') END
      END AS contact_outcome,
      COALESCE(r.code = 'hung_up', FALSE) OR COALESCE(b.code = 'O3', FALSE) AS hang_up,
      CASE WHEN k.objection NOT IN :no_words THEN COALESCE(b.code, 'other') END AS contact_objection,
      k.sms_sent,
      CASE WHEN w.code = 'sms' THEN TRUE ELSE k.sms_sent END AS texts,
      p.code AS contact_step,
      COALESCE(p.code = 'establish', FALSE) AS establishes,
      k.contact_date IS NOT NULL AND (
        COALESCE(p.code = 'establish', FALSE)
        -- Whoever kept him before the log begins has spoken with him before.
        OR COALESCE(k.staff_id = o.owner_id, FALSE)
          AND (a.assigned IS NULL OR COALESCE(a.assigned >= l.log_from AND k.contact_date >= a.assigned, FALSE))
      ) AS claims
    FROM contact k
    JOIN customer c ON c.customer_id = k.customer_id
    JOIN owner o ON o.customer_id = k.customer_id
    CROSS JOIN (SELECT MIN(contact_date) AS log_from FROM contact) l
    LEFT JOIN (
      SELECT customer_id, staff_id, MAX(assign_date) AS assigned FROM assignment GROUP BY customer_id, staff_id
    ) a ON a.customer_id = k.customer_id AND a.staff_id = k.staff_id
    LEFT JOIN contact_terms w ON w.kind = 'way' AND w.said = k.contact_type
    LEFT JOIN contact_terms r ON r.kind = 'outcome' AND r.said = k.contact_result
    LEFT JOIN contact_terms b ON b.kind = 'objection' AND b.said = k.objection
    LEFT JOIN contact_terms p ON p.kind = 'step' AND p.said = k.stage
    WHERE k.contact_date IS NULL OR k.contact_date <= :contacts_until
  ) k
) f
WHERE f.contact_date IS NULL OR f.contact_date > :practice_since
