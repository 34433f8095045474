-- How far a customer has come in the profile's months after the first contact: texted, invited, met, offered something, sold to, followed up, and whether he has brought another; each is a no only where all that could tell of it was sent for the branch and these months (R11).
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
  CASE WHEN k.texts > 0 THEN TRUE WHEN w.log_covers AND COALESCE(k.ways_unclear, 0) = 0 THEN FALSE END AS step_texted,
  CASE WHEN k.invitations > 0 OR e.invitations > 0 THEN TRUE WHEN w.log_covers AND w.events_cover THEN FALSE END AS step_invited,
  CASE WHEN k.meetings > 0 THEN TRUE WHEN w.log_covers AND COALESCE(k.ways_unclear, 0) = 0 THEN FALSE END AS step_met,
  CASE WHEN k.proposals > 0 OR s.opportunities > 0 THEN TRUE WHEN w.log_covers AND w.sales_cover THEN FALSE END AS step_proposed,
  CASE WHEN s.deals > 0 THEN TRUE WHEN w.sales_cover THEN FALSE END AS step_closed,
  CASE
    WHEN k.followed > 0 OR k.last_date > s.first_deal_date THEN TRUE
    WHEN w.log_covers AND w.sales_cover THEN FALSE
  END AS step_followed,
  CASE WHEN r.referrer_id IS NOT NULL THEN TRUE WHEN w.referrals_sent THEN FALSE END AS step_referred
FROM customer c
LEFT JOIN (
  SELECT
    branch_id,
    MAX(CASE WHEN source = 'contact' AND known_since <= :practice_since THEN 1 ELSE 0 END) = 1 AS log_covers,
    MAX(CASE WHEN source = 'event' AND known_since <= :practice_since THEN 1 ELSE 0 END) = 1 AS events_cover,
    MAX(CASE WHEN source = 'sale' AND known_since <= :practice_since THEN 1 ELSE 0 END) = 1 AS sales_cover,
    MAX(CASE WHEN source = 'referral' THEN 1 ELSE 0 END) = 1 AS referrals_sent
  FROM sent
  GROUP BY branch_id
) w ON w.branch_id = c.branch_id
LEFT JOIN (
  SELECT
    customer_id,
    MAX(contact_date) AS last_date,
    SUM(CASE WHEN contact_way IN ('sms', 'wechat') OR sms_sent THEN 1 ELSE 0 END) AS texts,
    SUM(CASE WHEN contact_way IS NULL THEN 1 ELSE 0 END) AS ways_unclear,
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
