-- What the bank sent for whom: a row a branch and table that has rows of its customers or staff, and the days that these reach. From known_since on no row means no; where a table is not here, or before that day, nobody knows.
SELECT
  s.branch_id,
  s.source,
  s.first_date,
  s.last_date,
  CASE
    WHEN s.last_date + INTERVAL 1 DAY * s.quiet_days >= :as_of THEN CAST(s.first_date - INTERVAL 1 DAY * s.quiet_days AS DATE)
  END AS known_since
FROM (
  SELECT
    l.branch_id,
    l.source,
    l.first_date,
    l.last_date,
    -- So long nothing may have been logged: the rarer its rows, the longer a log that goes on says nothing.
    CASE
      WHEN l.days > 1 AND :evidence.quiet_times * l.spanned > :evidence.tolerance_days * (l.days - 1)
        THEN CAST(CEIL(:evidence.quiet_times * l.spanned / (l.days - 1e0)) AS INT)
      ELSE :evidence.tolerance_days
    END AS quiet_days
  FROM (
    SELECT
      r.*,
      372 * (YEAR(r.last_date) - YEAR(r.first_date)) + 31 * (MONTH(r.last_date) - MONTH(r.first_date))
      + DAY(r.last_date) - DAY(r.first_date) AS spanned
    FROM (
      SELECT
        COALESCE(c.branch_id, t.branch_id) AS branch_id,
        t.source,
        MIN(t.day) AS first_date,
        MAX(CASE WHEN t.day <= :as_of THEN t.day END) AS last_date,
        COUNT(DISTINCT CASE WHEN t.day <= :as_of THEN t.day END) AS days
      FROM (
        SELECT 'contact' AS source, customer_id, contact_date AS day, CAST(NULL AS VARCHAR(1)) AS branch_id FROM contact
        UNION ALL
        SELECT 'sale' AS source, customer_id, deal_date AS day, NULL AS branch_id FROM sale
        UNION ALL
        SELECT 'event' AS source, customer_id, event_date AS day, NULL AS branch_id FROM event
        UNION ALL
        SELECT 'txn' AS source, customer_id, txn_date AS day, NULL AS branch_id FROM txn
        UNION ALL
        SELECT 'account' AS source, customer_id, NULL AS day, NULL AS branch_id FROM account
        UNION ALL
        SELECT 'holding' AS source, customer_id, NULL AS day, NULL AS branch_id FROM holding
        UNION ALL
        SELECT 'assignment' AS source, customer_id, NULL AS day, NULL AS branch_id FROM assignment
        UNION ALL
        SELECT 'referral' AS source, customer_id, open_date AS day, NULL AS branch_id FROM customer WHERE referrer_id IS NOT NULL
        UNION ALL
        SELECT 'staff' AS source, NULL AS customer_id, NULL AS day, branch_id FROM staff
        UNION ALL
        -- Whoever keeps a branch's customers is its staff, wherever he sits.
        SELECT 'staff' AS source, a.customer_id, NULL AS day, NULL AS branch_id
        FROM assignment a JOIN staff f ON f.staff_id = a.staff_id
      ) t
      LEFT JOIN customer c ON c.customer_id = t.customer_id
      GROUP BY COALESCE(c.branch_id, t.branch_id), t.source
    ) r
  ) l
) s
WHERE s.branch_id IS NOT NULL
