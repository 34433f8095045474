-- One row a customer and who contacted him, over the whole log: the last contact, and the last in which he was reached; a first contact is due once per new owner (R62).
-- needs
--   contacted_date, touched_date: contact.contact_date
SELECT
  c.branch_id,
  c.customer_id,
  k.staff_id,
  MAX(k.contact_date) AS contacted_date,
  MAX(CASE WHEN k.touched THEN k.contact_date END) AS touched_date
FROM contact_read k
JOIN customer c ON c.customer_id = k.customer_id
GROUP BY c.branch_id, c.customer_id, k.staff_id
