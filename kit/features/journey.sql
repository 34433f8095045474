-- How far a customer has come in the profile's months after the first contact: texted, invited, met, offered something, sold to, followed up, and whether he has brought another (R11).
-- needs
--   step_texted: contact.contact_type or contact.sms_sent
--   step_invited: event.customer_id or contact.stage
--   step_met: contact.contact_type or contact.stage
--   step_proposed: sale.customer_id or contact.stage
--   step_closed: sale.deal_amount_fen or sale.deal_date
--   step_followed: contact.contact_date or contact.stage, sale.deal_date or contact.stage
--   step_referred: customer.referrer_id
SELECT
  c.customer_id,
  COALESCE(k.texts, 0) > 0 AS step_texted,
  COALESCE(k.invitations, 0) + COALESCE(e.invitations, 0) > 0 AS step_invited,
  COALESCE(k.meetings, 0) > 0 AS step_met,
  COALESCE(k.proposals, 0) + COALESCE(s.opportunities, 0) > 0 AS step_proposed,
  COALESCE(s.deals, 0) > 0 AS step_closed,
  COALESCE(k.followed, 0) > 0 OR COALESCE(k.last_date > s.first_deal_date, FALSE) AS step_followed,
  r.referrer_id IS NOT NULL AS step_referred
FROM customer c
LEFT JOIN (
  SELECT
    customer_id,
    MAX(contact_date) AS last_date,
    SUM(CASE WHEN contact_way IN ('sms', 'wechat') OR sms_sent THEN 1 ELSE 0 END) AS texts,
    SUM(CASE WHEN contact_step = 'invite' THEN 1 ELSE 0 END) AS invitations,
    SUM(CASE WHEN contact_way = 'visit' OR contact_step = 'meet' THEN 1 ELSE 0 END) AS meetings,
    SUM(CASE WHEN contact_step = 'propose' THEN 1 ELSE 0 END) AS proposals,
    SUM(CASE WHEN contact_step = 'follow' THEN 1 ELSE 0 END) AS followed
  FROM contacts
  GROUP BY customer_id
) k ON k.customer_id = c.customer_id
LEFT JOIN (
  SELECT customer_id, SUM(invited_people) AS invitations FROM events WHERE customer_id IS NOT NULL GROUP BY customer_id
) e ON e.customer_id = c.customer_id
LEFT JOIN (
  SELECT
    customer_id,
    COUNT(*) AS opportunities,
    SUM(CASE WHEN closed THEN 1 ELSE 0 END) AS deals,
    MIN(CASE WHEN closed THEN deal_date END) AS first_deal_date
  FROM sales
  GROUP BY customer_id
) s ON s.customer_id = c.customer_id
LEFT JOIN (SELECT DISTINCT referrer_id FROM referrals) r ON r.referrer_id = c.customer_id
