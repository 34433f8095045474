-- 成长阶段: how far a customer has come from using services (依赖) over holding products (覆盖) to bringing his assets (转移); each stage counts once all before it are passed, and where it is not known of one of these, neither is his stage (R7, R11).
-- needs
--   stage, stage_rank, stage_skipped: services, product_count
--   products_start: product_count
SELECT
  r.customer_id,
  r.aum_start_fen,
  r.products_start,
  r.assets_target_fen,
  r.stage_rank,
  r.stage_rank < r.furthest AS stage_skipped,
  CASE WHEN r.stage_rank = 0 THEN 'none' ELSE n.stage END AS stage
FROM (
  SELECT
    e.customer_id,
    MIN(e.aum_start_fen) AS aum_start_fen,
    MIN(e.products_start) AS products_start,
    MIN(e.assets_target_fen) AS assets_target_fen,
    CASE
      WHEN COUNT(e.passed) = COUNT(*)
        OR MIN(CASE WHEN NOT e.passed THEN e.stage_rank END) < MIN(CASE WHEN e.passed IS NULL THEN e.stage_rank END)
        THEN COALESCE(MIN(CASE WHEN NOT e.passed THEN e.stage_rank END) - 1, MAX(e.stage_rank))
    END AS stage_rank,
    COALESCE(MAX(CASE WHEN e.passed THEN e.stage_rank END), 0) AS furthest
  FROM (
    SELECT
      m.customer_id,
      m.aum_start_fen,
      m.products_start,
      m.assets_target_fen,
      g.stage_rank,
      CASE
        WHEN g.measure = 'products' THEN m.product_count >= g.at_least
        WHEN g.measure = 'assets' THEN m.aum_fen >= m.assets_target_fen OR m.stays_high
        ELSE m.services >= g.at_least
      END AS passed
    FROM (
      SELECT
        b.customer_id,
        b.services,
        b.product_count,
        b.aum_fen,
        b.aum_start_fen,
        b.products_start,
        -- The assets came: a tier up, or so much more than at the start; or they were here and stay. A tier is one held.
        CASE WHEN t.ceiling_fen < b.grown_fen THEN t.ceiling_fen ELSE b.grown_fen END AS assets_target_fen,
        COALESCE(b.tier_rank > t.tier_rank OR b.tier_rank >= :upper_rank AND b.tier_rank >= t.tier_rank, FALSE) AS stays_high
      FROM (
        SELECT
          a.*,
          CASE
            WHEN a.base_fen * :stages.growth > :stages.gain_fen THEN a.base_fen + CAST(CEIL(a.base_fen * :stages.growth) AS BIGINT)
            ELSE a.base_fen + :stages.gain_fen
          END AS grown_fen
        FROM (
          SELECT
            a.customer_id,
            a.aum_fen,
            a.tier_rank,
            s.services,
            p.product_count,
            f.aum_fen AS aum_start_fen,
            CASE WHEN f.customer_id IS NOT NULL THEN q.product_count END AS products_start,
            CASE
              WHEN :month_first = :month THEN a.aum_fen
              WHEN f.customer_id IS NULL THEN 0
              ELSE f.aum_fen
            END AS base_fen,
            CASE
              WHEN :month_first = :month THEN a.tier_rank
              WHEN f.customer_id IS NULL THEN 0
              ELSE f.tier_rank
            END AS base_rank
          FROM aum a
          JOIN services s ON s.customer_id = a.customer_id
          JOIN products p ON p.customer_id = a.customer_id
          JOIN products_start q ON q.customer_id = a.customer_id
          LEFT JOIN panel f
            ON f.customer_id = a.customer_id AND f.as_of = :month_first AND :month_first < :month
        ) a
      ) b
      LEFT JOIN tiers t ON t.tier_rank = b.base_rank
    ) m
    CROSS JOIN stages g
  ) e
  GROUP BY e.customer_id
) r
LEFT JOIN stages n ON n.stage_rank = r.stage_rank
