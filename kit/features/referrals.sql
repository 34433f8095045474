-- One row a customer brought by another: when he came, and when his referrer was first asked to bring somebody (R104).
-- needs
--   referrer_id: customer.referrer_id
--   came_date: customer.open_date
--   referral_asked_date: contact.contact_date, contact.stage
SELECT
  c.branch_id,
  c.customer_id,
  c.referrer_id,
  c.open_date AS came_date,
  a.referral_asked_date
FROM customer c
LEFT JOIN (
  SELECT customer_id, MIN(contact_date) AS referral_asked_date FROM contacts WHERE contact_step = 'refer' GROUP BY customer_id
) a ON a.customer_id = c.referrer_id
WHERE c.referrer_id IS NOT NULL AND c.referrer_id <> c.customer_id
