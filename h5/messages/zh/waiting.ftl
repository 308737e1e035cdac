# 考生页面的文字。两种语言的键相同，由测试检查。

# 等候室
room-title = 等候室
room-refused-title = 座位还没有锁定，需要先排队
room-refused-text = 您的位置已经留好，选的场次也已记下。轮到您时，本页会带您回去继续。
room-position = 您现在排在
room-position-number = 第 { $number } 位
room-ahead = 前面还有
room-ahead-number = { $count ->
   *[other] { $shown } 人
 }
room-next = 没有人，下一个就是您
room-wait = 预计等候
room-wait-short = 不到 1 分钟
room-wait-minutes = 约 { $minutes } 分钟
room-wait-hours = 约 { $hours } 小时
room-wait-hours-minutes = 约 { $hours } 小时 { $minutes } 分钟
room-wait-unknown = 正在估算
room-wait-full = 等有空座位时再估算
room-opens-in = 距离开放
room-opens = 开放时间
room-present = 在场人数
room-present-number = { $count ->
   *[other] { $shown } 人
 }
room-updated = 更新于 { $time }
room-refreshes = 约 { $seconds } 秒后自动刷新
room-refresh = 立即刷新
room-full-title = 现在没有空座位
room-full-until = 暂时不放行，免得您白等。最早 { $time } 有座位可能释放，届时按次序继续。
room-full-text = 暂时不放行，免得您白等。有座位释放后，会按次序继续。
room-away-title = 暂时查不到您的位置
room-away-text = 系统正在恢复，一般只要几秒。本页会自动再查，请不要关闭。
room-kept-title = 位置为您保留
room-kept-before = 可以关闭本页，开放后用同一账号在任何设备上打开，位置都在。
room-kept-text = 可以关闭本页。用同一账号在任何设备上打开，位置都在。
room-turn = 轮到您以后，有 { $minutes } 分钟选座。超过时间没有锁定座位，要重新排队。
room-how-title = 怎么排队
room-how-text = 开放前到的人，在开放的那一刻随机排序，来得早晚没有区别；开放后到的人，按先后排在他们后面。每个账号只有一个位置，多开页面、多用设备都不会更快。轮到您时，本页会自动带您去选座。
room-check-title = 怎样核对排序
room-check-text = 排序由一个种子决定。种子在第一个人到来前选定，并公布它的 SHA-256 摘要；开放后公布种子。任何人都可以核对：种子的摘要与公布的一致，说明没有换过；以种子为密钥，对考生编号计算 HMAC-SHA256，取前 52 位，数值小的排在前面。
room-check-link = 查看公开数据
room-commitment = 种子摘要
room-commitment-short = 本次排序的种子摘要：{ $digits }…。
room-seed = 种子
room-seed-later = 开放后公布
room-candidate = 考生编号
gate-title = 现在选座需要排队
gate-text = 人比较多。请进入等候室，轮到您时再选场次。
gate-early-title = 等候室已开放
gate-early-text = 开放前到等候室的人，在开放的那一刻随机排序，来得早晚没有区别。
gate-position-title = 您正在排队
gate-position-text = 位置为您保留，轮到您时再选场次。
gate-later = 开放前 30 分钟可以进入等候室。届时在场的人随机排序，不必提前守候。
gate-turn-title = 轮到您了
gate-turn-text = 请在 { $time } 前锁定座位。超过时间没有锁定，要重新排队。
gate-turn-hint = 请在 { $time } 前锁定。锁定后，座位为您保留 { $held }。
gate-hint = 每个账号一个位置，换设备也在。
gate-enter = 进入等候室
gate-back = 查看我的位置
choose-soon-room = { $when } 开始报名。
