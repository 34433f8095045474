-- One row a customer brought by another: when he came, and whether his referrer was asked before to bring somebody, as far back as the contact log reaches (R104).
-- needs
--   referrer_id: customer.referrer_id
--   came_date: customer.open_date
--   asked_before: contact.contact_date, contact.stage, customer.open_date
SELECT
  c.branch_id,
  c.customer_id,
  c.referrer_id,
  c.open_date AS came_date,
  CASE WHEN a.referral_asked_date <= c.open_date THEN TRUE WHEN w.known_since <= c.open_date THEN FALSE END AS asked_before
FROM customer c
LEFT JOIN sent w ON w.branch_id = c.branch_id AND w.source = 'contact'
LEFT JOIN (
  SELECT customer_id, MIN(contact_date) AS referral_asked_date FROM contacts WHERE contact_step = 'refer' GROUP BY customer_id
) a ON a.customer_id = c.referrer_id
WHERE c.referrer_id IS NOT NULL AND c.referrer_id <> c.customer_id
