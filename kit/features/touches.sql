-- One row a customer and who contacted him, over the whole log: the last contact, and the last in which he was reached; a first contact is due once per new owner (R62).
-- needs contacted_date: contact.contact_date
-- needs touched_date: contact.contact_date
SELECT
  c.branch_id,
  c.customer_id,
  k.staff_id,
  MAX(k.contact_date) AS contacted_date,
  MAX(CASE WHEN k.contact_result IS NULL OR k.contact_result NOT IN :no_answer_words OR k.sms_sent THEN k.contact_date END)
    AS touched_date
FROM contact k
JOIN customer c ON c.customer_id = k.customer_id
GROUP BY c.branch_id, c.customer_id, k.staff_id
