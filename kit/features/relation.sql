-- 熟客: two-way contact by the own manager within the profile's months, and WeChat, a visit or a sale (R28).
-- needs contacts: contact.contact_date or contact.contact_count
-- needs last_contact_date: contact.contact_date
-- needs familiar: contact.contact_date
SELECT
  c.customer_id,
  COALESCE(k.contacts, 0) AS contacts,
  k.last_contact_date,
  k.intent,
  COALESCE(k.two_way, 0) > 0
    AND (COALESCE(c.wechat_added, FALSE) OR COALESCE(k.visits, 0) > 0 OR COALESCE(s.sales, 0) > 0) AS familiar
FROM customer c
LEFT JOIN (
  SELECT
    k.customer_id,
    CAST(SUM(COALESCE(k.contact_count, 1)) AS BIGINT) AS contacts,
    MAX(k.contact_date) AS last_contact_date,
    MIN(CASE WHEN k.contact_date > :familiar_since THEN k.intent_level END) AS intent,
    SUM(CASE
      WHEN k.contact_date > :familiar_since
        AND (k.contact_type IS NULL OR k.contact_type NOT IN :one_way_words)
        AND (k.contact_result IS NULL OR k.contact_result NOT IN :no_answer_words)
        AND (k.staff_id IS NULL OR o.owner_id IS NULL OR k.staff_id = o.owner_id) THEN 1 ELSE 0 END) AS two_way,
    SUM(CASE WHEN k.contact_date > :familiar_since AND k.contact_type IN :visit_words THEN 1 ELSE 0 END) AS visits
  FROM contact k
  LEFT JOIN owner o ON o.customer_id = k.customer_id
  WHERE k.contact_date IS NULL OR k.contact_date <= :as_of
  GROUP BY k.customer_id
) k ON k.customer_id = c.customer_id
LEFT JOIN (
  SELECT customer_id, COUNT(*) AS sales
  FROM sale
  WHERE deal_date > :familiar_since AND deal_date <= :as_of
  GROUP BY customer_id
) s ON s.customer_id = c.customer_id
