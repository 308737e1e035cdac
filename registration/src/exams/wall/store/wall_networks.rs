//! The table `wall_networks`: how many seats were given to each network since an opening, as each process counted them. It is
//! empty but for two hours after one.

use deadpool_postgres::GenericClient;
use jiff::{SignedDuration, Timestamp};
use reservation::ids::ExamId;
use uuid::Uuid;

use crate::exams::wall::shares::Shares;
use crate::store::StoreError;

/// Tells how far a process has counted, unless the opening is so long ago. Whatever is told again, or late, counts once.
pub(crate) async fn put(
    client: &impl GenericClient,
    process: Uuid,
    (exam, opened_at): &(ExamId, Timestamp),
    counts: &[(Option<[u8; 32]>, i64)],
    within: SignedDuration,
) -> Result<(), StoreError> {
    let networks: Vec<&[u8]> = counts.iter().map(|(index, _)| index.as_ref().map_or(&b""[..], |it| &it[..])).collect();
    let seats: Vec<i64> = counts.iter().map(|(_, seats)| *seats).collect();
    let statement = client
        .prepare_cached(
            "INSERT INTO registration.wall_networks AS w (exam, opened_at, network, process, seats)
             SELECT $1::text, $2::timestamptz, c.network, $3::uuid, c.seats
             FROM unnest($4::bytea[], $5::bigint[]) AS c (network, seats)
             WHERE $2::timestamptz > now() - make_interval(secs => $6)
             ON CONFLICT (opened_at, exam, network, process)
                 DO UPDATE SET seats = greatest(w.seats, excluded.seats)",
        )
        .await?;
    let within = within.as_secs_f64();
    client.execute(&statement, &[&exam.as_str(), opened_at, &process, &networks, &seats, &within]).await?;
    Ok(())
}

/// How the seats of each opening were shared out, as all processes have told, in the order in which they are asked for.
pub(crate) async fn sums(
    client: &impl GenericClient,
    openings: &[(ExamId, Timestamp)],
) -> Result<Vec<Shares>, StoreError> {
    let exams: Vec<&str> = openings.iter().map(|(exam, _)| exam.as_str()).collect();
    let opened: Vec<Timestamp> = openings.iter().map(|(_, opened_at)| *opened_at).collect();
    let statement = client
        .prepare_cached(
            "WITH networks AS
                 (SELECT due.place, octet_length(w.network) > 0 AS is_one, sum(w.seats)::bigint AS seats
                  FROM unnest($1::text[], $2::timestamptz[]) WITH ORDINALITY AS due (exam, opened_at, place)
                  JOIN registration.wall_networks w ON w.exam = due.exam AND w.opened_at = due.opened_at
                  GROUP BY due.place, w.network),
             ranked AS
                 (SELECT place, is_one, seats,
                      row_number() OVER (PARTITION BY place, is_one ORDER BY seats DESC) AS rank FROM networks)
             SELECT place, sum(seats)::bigint AS seats, count(*) FILTER (WHERE is_one) AS networks,
                 coalesce(max(seats) FILTER (WHERE is_one), 0) AS largest,
                 coalesce(sum(seats) FILTER (WHERE is_one AND rank <= 10), 0)::bigint AS ten_largest,
                 coalesce(sum(seats) FILTER (WHERE NOT is_one), 0)::bigint AS others
             FROM ranked GROUP BY place",
        )
        .await?;
    let mut sums = vec![Shares::default(); openings.len()];
    for row in client.query(&statement, &[&exams, &opened]).await? {
        let place = usize::try_from(row.get::<_, i64>("place") - 1).unwrap_or_default();
        if let Some(shares) = sums.get_mut(place) {
            *shares = Shares {
                networks: row.get("networks"),
                seats: row.get("seats"),
                largest: row.get("largest"),
                ten_largest: row.get("ten_largest"),
                others: row.get("others"),
            };
        }
    }
    Ok(sums)
}

/// The opening that is longest ago of those that are longer ago than that. `None`: there is none.
pub(crate) async fn over(
    client: &impl GenericClient,
    ago: SignedDuration,
) -> Result<Option<(ExamId, Timestamp)>, StoreError> {
    let statement = client
        .prepare_cached(
            "SELECT exam, opened_at FROM registration.wall_networks
             WHERE opened_at < now() - make_interval(secs => $1) ORDER BY opened_at, exam LIMIT 1",
        )
        .await?;
    let Some(row) = client.query_opt(&statement, &[&ago.as_secs_f64()]).await? else { return Ok(None) };
    let exam = row.get::<_, &str>("exam").parse::<ExamId>();
    let exam = exam.map_err(|_| StoreError::Corrupt("an exam of the wall's networks"))?;
    Ok(Some((exam, row.get("opened_at"))))
}

/// Removes counts of an opening, at most so many.
pub(crate) async fn remove(
    client: &impl GenericClient,
    (exam, opened_at): &(ExamId, Timestamp),
    most: i64,
) -> Result<(), StoreError> {
    let statement = client
        .prepare_cached(
            "DELETE FROM registration.wall_networks WHERE ctid IN
                 (SELECT ctid FROM registration.wall_networks WHERE exam = $1 AND opened_at = $2 LIMIT $3)",
        )
        .await?;
    client.execute(&statement, &[&exam.as_str(), opened_at, &most]).await?;
    Ok(())
}
