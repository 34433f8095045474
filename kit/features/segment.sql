-- 客群: life cycle first, then occupation; the first rule that fits wins, and how many fit is kept as overlap (R30, R31, R34).
-- needs segment: customer.birth_date or customer.age or customer.occupation
-- needs segments_fitting: customer.birth_date or customer.age or customer.occupation
-- needs age: customer.birth_date or customer.age
-- needs occupation_known: customer.occupation
-- needs occupation_sector: customer.occupation
SELECT
  r.customer_id,
  r.age,
  r.occupation_known,
  r.occupation_sector,
  CASE
    WHEN r.retired THEN 'retired'
    WHEN r.business THEN 'business'
    WHEN r.public_service THEN 'public'
    WHEN r.payroll THEN 'payroll'
    WHEN r.family THEN 'family'
    WHEN r.young THEN 'young'
    WHEN r.farming THEN 'farming'
    ELSE 'other'
  END AS segment,
  CASE WHEN r.retired THEN 1 ELSE 0 END + CASE WHEN r.business THEN 1 ELSE 0 END
    + CASE WHEN r.public_service THEN 1 ELSE 0 END + CASE WHEN r.payroll THEN 1 ELSE 0 END
    + CASE WHEN r.family THEN 1 ELSE 0 END + CASE WHEN r.young THEN 1 ELSE 0 END
    + CASE WHEN r.farming THEN 1 ELSE 0 END AS segments_fitting
FROM (
  SELECT
    a.customer_id,
    a.age,
    a.occupation IS NOT NULL AND NOT a.unknown_occupation AS occupation_known,
    CASE WHEN a.occupation IS NULL OR a.unknown_occupation THEN 'unknown' ELSE COALESCE(o.sector, 'other') END AS occupation_sector,
    COALESCE(a.age >= :retired_age, FALSE) OR COALESCE(o.sector = 'retired', FALSE) AS retired,
    COALESCE(o.sector = 'business', FALSE) OR h.merchant_like AS business,
    COALESCE(o.sector = 'public', FALSE) AS public_service,
    COALESCE(p.primary_payroll, FALSE) AS payroll,
    COALESCE(a.children NOT IN :no_words AND a.age BETWEEN :family_from AND :family_to, FALSE) AS family,
    COALESCE(a.age < :young_below, FALSE) AS young,
    COALESCE(o.sector = 'farming', FALSE) AS farming
  FROM (
    SELECT
      c.customer_id,
      c.occupation,
      c.children,
      u.occupation IS NOT NULL AS unknown_occupation,
      CASE
        WHEN c.birth_date IS NOT NULL THEN
          YEAR(:as_of) - YEAR(c.birth_date)
          - CASE WHEN MONTH(c.birth_date) * 100 + DAY(c.birth_date) > MONTH(:as_of) * 100 + DAY(:as_of) THEN 1 ELSE 0 END
        ELSE c.age
      END AS age
    FROM customer c
    LEFT JOIN (
      SELECT DISTINCT c.occupation
      FROM customer c
      JOIN unknown_occupations w ON c.occupation LIKE '%' || w.word || '%'
    ) u ON u.occupation = c.occupation
  ) a
  LEFT JOIN (
    SELECT occupation, MIN(sector) AS sector
    FROM (
      SELECT w.occupation, w.sector
      FROM (
        SELECT c.occupation, w.sector, w.rule, MIN(w.rule) OVER (PARTITION BY c.occupation) AS first_rule
        FROM (SELECT DISTINCT occupation FROM customer) c
        JOIN occupation_words w ON c.occupation LIKE '%' || w.word || '%'
      ) w
      WHERE w.rule = w.first_rule
    ) f
    GROUP BY occupation
  ) o ON o.occupation = a.occupation AND NOT a.unknown_occupation
  JOIN merchant h ON h.customer_id = a.customer_id
  JOIN primary_account p ON p.customer_id = a.customer_id
) r
