//! People of cards: names as they are met, half of them with characters beyond the 3,500 common ones, each beside a name
//! that looks like it. Nobody is meant: numbers are made up.

/// Somebody who has a card.
#[derive(Debug, Clone)]
pub struct Person {
    /// The name on the card.
    pub name: &'static str,
    /// Another name of the same length that looks much like it.
    pub alike: &'static str,
    /// A number with a good check digit.
    pub number: String,
    /// The office on the back.
    pub authority: &'static str,
    /// From when until when, as on the back.
    pub validity: &'static str,
}

/// Common names, then rarer ones.
const NAMES: [(&str, &str); 40] = [
    ("王伟", "王传"),
    ("李娜", "李那"),
    ("张敏", "张梅"),
    ("刘洋", "刘详"),
    ("陈静", "陈净"),
    ("杨光", "杨先"),
    ("赵磊", "赵垒"),
    ("黄丽", "黄雨"),
    ("周强", "周弦"),
    ("吴芳", "吴方"),
    ("徐军", "徐车"),
    ("孙杰", "孙杏"),
    ("胡平", "胡干"),
    ("朱艳", "朱绝"),
    ("高飞", "高气"),
    ("林涛", "林滔"),
    ("何勇", "何甬"),
    ("郭明", "郭朋"),
    ("欧阳文轩", "欧阳文轲"),
    ("阿依古丽·买买提", "阿依古丽·买买题"),
    ("曹颖", "曹颍"),
    ("袁媛", "袁嫒"),
    ("郑堃", "郑坤"),
    ("周梓涵", "周梓函"),
    ("马龘", "马龙"),
    ("丁一", "丁二"),
    ("张䶮", "张奄"),
    ("冯赟", "冯斌"),
    ("李昇", "李升"),
    ("王翀", "王种"),
    ("赵祎", "赵炜"),
    ("陈旻", "陈昊"),
    ("刘琬", "刘婉"),
    ("吴昱霖", "吴昱琳"),
    ("孙垚", "孙尧"),
    ("徐婧", "徐倩"),
    ("何翯", "何翥"),
    ("朱珺", "朱君"),
    ("林晞", "林唏"),
    ("高彧", "高或"),
];
const BACKS: [(&str, &str); 4] = [
    ("样例市公安局样例分局", "2020.01.02-2040.01.02"),
    ("样例县公安局", "2019.11.30-2039.11.30"),
    ("样例市公安局", "2021.06.18-2031.06.18"),
    ("样例市公安局东样例分局", "2018.08.08-长期"),
];
/// The weights of GB 11643-1999, and its check digits.
const WEIGHTS: [usize; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// All forty people, in a fixed order.
pub fn people() -> Vec<Person> {
    let person = |(place, (name, alike)): (usize, &(&'static str, &'static str))| {
        let (authority, validity) = BACKS[place % BACKS.len()];
        let born = format!("{}{:02}{:02}", 1970 + place, 1 + place * 7 % 12, 1 + place * 11 % 28);
        let body = format!("{:06}{born}{:03}", 810_000 + place % 3, (place * 37 + 12) % 1_000);
        let sum: usize = body.bytes().zip(WEIGHTS).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
        let number = format!("{body}{}", CHECKS[sum % CHECKS.len()]);
        Person { name, alike, number, authority, validity }
    };
    NAMES.iter().enumerate().map(person).collect()
}
