//! Durations as people write them in files and forms: a number and its unit, such as `180s`, `30m`, `8h`, `7d`.

const UNITS: [(char, u32); 4] = [('d', 24 * 60 * 60), ('h', 60 * 60), ('m', 60), ('s', 1)];

/// The seconds of a duration; `None` when it is none.
#[must_use]
pub fn seconds(text: &str) -> Option<u32> {
    let (number, unit) =
        UNITS.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(*unit)?, seconds)))?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { number.parse::<u32>().ok()?.checked_mul(*unit) } else { None }
}

/// A number of seconds as a duration, in the largest unit that divides it.
#[must_use]
pub fn text(seconds: u32) -> String {
    let (unit, size) = UNITS.into_iter().find(|(_, size)| seconds.is_multiple_of(*size)).unwrap_or(('s', 1));
    format!("{}{unit}", seconds / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_back_what_it_writes_in_its_largest_unit() {
        for (written, number, shown) in
            [("180s", 180, "3m"), ("90m", 5_400, "90m"), ("48h", 172_800, "2d"), ("1s", 1, "1s")]
        {
            assert_eq!(seconds(written), Some(number), "{written}");
            assert_eq!(text(number), shown);
            assert_eq!(seconds(shown), Some(number), "{shown}");
        }
        assert_eq!(text(0), "0d");
    }

    #[test]
    fn what_is_no_duration_is_none() {
        for bad in ["", "m", "5", "-5m", "+5m", "5 m", "5M", "1.5h", "99999999d", "h5"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
