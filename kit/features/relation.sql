-- 熟客: two-way contact with the present owner within the profile's months, and WeChat, a visit or a sale; nobody's without an owner, and not known where the log, the owners or the sales were not sent for the branch and these months (R28); contacts that only remind of a maturity or a special day (R71).
-- needs
--   contacts: contact.contact_date
--   last_contact_date, log_since: contact.contact_date
--   familiar: contact.contact_date, contact.contact_result, contact.staff_id, assignment.staff_id
--   reasons_stated, reminders: contact.stage
SELECT
  e.customer_id,
  COALESCE(e.contacts, CASE WHEN e.log_covers THEN 0 END) AS contacts,
  e.last_contact_date,
  e.log_since,
  e.reasons_stated,
  e.reminders,
  CASE
    WHEN e.orphan THEN FALSE
    ELSE
      CASE WHEN e.two_way > 0 THEN TRUE WHEN e.log_covers AND e.two_way_unclear = 0 THEN FALSE END
      AND (
        e.wechat_added
        OR CASE WHEN e.visits > 0 THEN TRUE WHEN e.log_covers AND e.visits_unclear = 0 THEN FALSE END
        OR CASE WHEN e.sales > 0 THEN TRUE WHEN e.sales_cover THEN FALSE END
      )
  END AS familiar
FROM (
  SELECT
    c.customer_id,
    c.wechat_added,
    o.orphan,
    w.known_since AS log_since,
    COALESCE(w.known_since <= :familiar_since, FALSE) AS log_covers,
    COALESCE(d.known_since <= :familiar_since, FALSE) AS sales_cover,
    k.contacts,
    k.last_contact_date,
    COALESCE(k.reasons_stated, 0) AS reasons_stated,
    COALESCE(k.reminders, 0) AS reminders,
    COALESCE(k.two_way, 0) AS two_way,
    COALESCE(k.two_way_unclear, 0) AS two_way_unclear,
    COALESCE(k.visits, 0) AS visits,
    COALESCE(k.visits_unclear, 0) AS visits_unclear,
    COALESCE(s.sales, 0) AS sales
  FROM customer c
  JOIN owner o ON o.customer_id = c.customer_id
  LEFT JOIN sent w ON w.branch_id = c.branch_id AND w.source = 'contact'
  LEFT JOIN sent d ON d.branch_id = c.branch_id AND d.source = 'sale'
  LEFT JOIN (
    SELECT
      t.customer_id,
      CAST(SUM(COALESCE(t.contact_count, 1)) AS BIGINT) AS contacts,
      MAX(t.contact_date) AS last_contact_date,
      CAST(SUM(CASE WHEN t.stage IS NOT NULL THEN COALESCE(t.contact_count, 1) ELSE 0 END) AS BIGINT) AS reasons_stated,
      CAST(SUM(CASE WHEN t.step IN ('maturity', 'special_day') THEN COALESCE(t.contact_count, 1) ELSE 0 END) AS BIGINT)
        AS reminders,
      SUM(CASE WHEN t.in_time AND t.is_two_way THEN 1 ELSE 0 END) AS two_way,
      SUM(CASE WHEN t.in_time AND t.is_two_way IS NULL THEN 1 ELSE 0 END) AS two_way_unclear,
      SUM(CASE WHEN t.contact_date > :familiar_since AND t.way = 'visit' THEN 1 ELSE 0 END) AS visits,
      SUM(CASE WHEN t.in_time AND (t.way IS NULL OR t.contact_date IS NULL) THEN 1 ELSE 0 END) AS visits_unclear
    FROM (
      SELECT
        k.*,
        COALESCE(k.contact_date > :familiar_since, TRUE) AS in_time,
        k.reached AND NOT k.one_way AND k.contact_date > :familiar_since AND k.staff_id = o.owner_id AS is_two_way
      FROM contact_read k
      JOIN owner o ON o.customer_id = k.customer_id
      WHERE k.contact_date IS NULL OR k.contact_date <= :contacts_until
    ) t
    GROUP BY t.customer_id
  ) k ON k.customer_id = c.customer_id
  LEFT JOIN (
    SELECT customer_id, COUNT(*) AS sales
    FROM sale
    WHERE deal_date > :familiar_since AND deal_date <= :as_of
    GROUP BY customer_id
  ) s ON s.customer_id = c.customer_id
) e
