-- 服务等级: four factors from 0 to 1, assets, contribution, depth of relation and potential; their weighted mean out of 100 and the grade. What the bank did not send, or does not know of a customer, drops out and the others carry its weight (R55).
-- needs
--   factor_contribution: customer_month.contribution or customer_month.contribution_grade
--   factor_relation: familiar or product_count
SELECT
  s.*,
  CASE
    WHEN s.service_score >= :grade.a_from THEN 'A'
    WHEN s.service_score >= :grade.b_from THEN 'B'
    WHEN s.service_score >= :grade.c_from THEN 'C'
    WHEN s.service_score IS NOT NULL THEN 'D'
  END AS service_grade
FROM (
  SELECT
    f.*,
    (
      :grade.assets * f.factor_assets
      + COALESCE(:grade.contribution * f.factor_contribution, 0)
      + COALESCE(:grade.relation * f.factor_relation, 0)
      + :grade.potential * f.factor_potential
    ) * 100e0 / (
      :grade.assets + :grade.potential
      + CASE WHEN f.factor_contribution IS NULL THEN 0 ELSE :grade.contribution END
      + CASE WHEN f.factor_relation IS NULL THEN 0 ELSE :grade.relation END
    ) AS service_score
  FROM (
    SELECT
      a.customer_id,
      a.tier_rank / NULLIF(1e0 * :top_rank, 0) AS factor_assets,
      COALESCE(b.contribution_rank, CASE
        WHEN m.contribution_grade IN :contribution_high_words THEN 1e0
        WHEN m.contribution_grade IN :contribution_middle_words THEN 5e-1
        WHEN m.contribution_grade IN :contribution_low_words THEN 0e0
      END) AS factor_contribution,
      -- Depth is to be known to one's manager, and to hold more than one thing here.
      (
        CASE WHEN r.familiar THEN 1e0 ELSE 0e0 END
        + CASE WHEN p.product_count >= :grade.most_products THEN 1e0 ELSE COALESCE(1e0 * p.product_count / :grade.most_products, 0e0) END
      ) / NULLIF(
        CASE WHEN r.familiar IS NOT NULL THEN 1e0 ELSE 0e0 END + CASE WHEN p.product_count IS NOT NULL THEN 1e0 ELSE 0e0 END,
        0e0
      ) AS factor_relation,
      CASE
        WHEN a.upgrade_gap_fen IS NOT NULL OR h.merchant_like OR (i.primary_elsewhere AND a.tier_rank >= :upper_rank)
          THEN 1e0 ELSE 0e0 END AS factor_potential
    FROM aum a
    JOIN products p ON p.customer_id = a.customer_id
    JOIN primary_account i ON i.customer_id = a.customer_id
    JOIN merchant h ON h.customer_id = a.customer_id
    JOIN relation r ON r.customer_id = a.customer_id
    LEFT JOIN customer_month m ON m.customer_id = a.customer_id AND m.as_of = :month
    LEFT JOIN (
      SELECT customer_id, PERCENT_RANK() OVER (ORDER BY contribution) AS contribution_rank
      FROM customer_month
      WHERE as_of = :month AND contribution IS NOT NULL
    ) b ON b.customer_id = a.customer_id
  ) f
) s
