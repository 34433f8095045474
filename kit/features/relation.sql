-- 熟客: two-way contact by the own manager within the profile's months, and WeChat, a visit or a sale (R28); contacts that only remind of a maturity or a special day (R71).
-- needs
--   contacts: contact.contact_date or contact.contact_count
--   last_contact_date, familiar: contact.contact_date
--   reasons_stated, reminders: contact.stage
SELECT
  c.customer_id,
  COALESCE(k.contacts, 0) AS contacts,
  k.last_contact_date,
  COALESCE(k.reasons_stated, 0) AS reasons_stated,
  COALESCE(k.reminders, 0) AS reminders,
  COALESCE(k.two_way, 0) > 0
    AND (COALESCE(c.wechat_added, FALSE) OR COALESCE(k.visits, 0) > 0 OR COALESCE(s.sales, 0) > 0) AS familiar
FROM customer c
LEFT JOIN (
  SELECT
    k.customer_id,
    CAST(SUM(COALESCE(k.contact_count, 1)) AS BIGINT) AS contacts,
    MAX(k.contact_date) AS last_contact_date,
    CAST(SUM(CASE WHEN k.stage IS NOT NULL THEN COALESCE(k.contact_count, 1) ELSE 0 END) AS BIGINT) AS reasons_stated,
    CAST(SUM(CASE WHEN k.step IN ('maturity', 'special_day') THEN COALESCE(k.contact_count, 1) ELSE 0 END) AS BIGINT)
      AS reminders,
    SUM(CASE
      WHEN k.contact_date > :familiar_since
        AND NOT k.one_way
        AND k.reached
        AND (k.staff_id IS NULL OR o.owner_id IS NULL OR k.staff_id = o.owner_id) THEN 1 ELSE 0 END) AS two_way,
    SUM(CASE WHEN k.contact_date > :familiar_since AND k.way = 'visit' THEN 1 ELSE 0 END) AS visits
  FROM contact_read k
  LEFT JOIN owner o ON o.customer_id = k.customer_id
  WHERE k.contact_date IS NULL OR k.contact_date <= :contacts_until
  GROUP BY k.customer_id
) k ON k.customer_id = c.customer_id
LEFT JOIN (
  SELECT customer_id, COUNT(*) AS sales
  FROM sale
  WHERE deal_date > :familiar_since AND deal_date <= :as_of
  GROUP BY customer_id
) s ON s.customer_id = c.customer_id
