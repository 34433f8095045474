-- One row a branch and member of staff who contacted its customers: calls by their result, customers called, first contacts and those with their SMS (R66, R69).
-- needs
--   caller_id: contact.staff_id
--   calls: contact.contact_type, contact.contact_result
--   first_contacts: contact.contact_date, contact.staff_id or contact.stage, assignment.staff_id or contact.stage
--   first_texted: contact.contact_date, contact.sms_sent or contact.contact_type
SELECT
  branch_id,
  contact_staff_id AS caller_id,
  COUNT(DISTINCT customer_id) AS customers,
  COUNT(contact_outcome) AS calls,
  CAST(SUM(CASE WHEN contact_outcome = 'connected' THEN 1 ELSE 0 END) AS BIGINT) AS connected,
  CAST(SUM(CASE WHEN contact_outcome = 'no_answer' THEN 1 ELSE 0 END) AS BIGINT) AS no_answer,
  CAST(SUM(CASE WHEN contact_outcome = 'hung_up' THEN 1 ELSE 0 END) AS BIGINT) AS hung_up_calls,
  CAST(SUM(CASE WHEN contact_outcome = 'invalid' THEN 1 ELSE 0 END) AS BIGINT) AS invalid,
  CAST(SUM(CASE WHEN contact_way = 'call' AND contact_outcome IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unstated_calls,
  COUNT(CASE WHEN first_contact THEN first_sms END) AS first_contacts,
  CAST(SUM(CASE WHEN first_sms THEN 1 ELSE 0 END) AS BIGINT) AS first_texted
FROM contacts
GROUP BY branch_id, contact_staff_id
