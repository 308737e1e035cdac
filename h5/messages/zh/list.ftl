# 考生页面的文字。两种语言的键相同，由测试检查。

# 候补
list-title = 候补
list-join-link = 加入候补
list-position-link = 候补第 { $number } 位
list-lead = 这个场次已满员。加入候补后，有座位退回时按次序为您保留，不用守着页面。
list-join = 加入候补
list-joining = 正在加入候补……
list-position = 您的候补次序
list-position-number = 第 { $number } 位
list-waiting = 候补总人数
list-waiting-number = { $count ->
   *[other] { $count } 人
 }
list-lapses = 错过座位
list-lapses-number = { $count ->
   *[other] { $count } 次，满 { $most } 次停止候补
 }
list-refreshes = 次序为 { $time } 的情况，本页会自动更新。可以关闭本页，次序不变。
list-next-title = 接下来
list-next-first = 有座位退回时，先给候补的人，按加入的先后排。其他人这时看到的仍是“已满员”。
list-next-everybody = 有座位退回时，所有人都可以选。系统会按候补次序，尽快为候补的人锁定；手快的人可能先选走。
list-next-offer = 轮到您时，座位为您保留 { $held }，请在这段时间内缴费。
list-next-any = 轮到您时，得到的是这一组任意一个场次的座位，可能不是现在看的这一场。
list-hears-letter = 轮到您时会发邮件通知您。
list-hears-message = 轮到您时会发短信通知您。
list-hears-page = 您没有留下邮箱或手机号，轮到您时只能在本站看到，请常来看看。
list-next-missed = 没有按时缴费的，排到候补名单的末尾；没有按时缴费或退回座位累计 { $count } 次的，不再候补。
list-next-end = 报名截止（{ $when }）后，或临近开考时，不再分配座位，候补自动结束。候补不收费，也不保证一定有座位。
list-next-one = 同一组只能候补一个场次。候补期间如果选到同组的其他座位，候补就结束了。
list-leave = 退出候补
list-leave-text = 退出以后，次序不保留。再加入的，排在末尾。
list-leave-submit = 确认退出
list-box-title = 您正在候补
list-box-text = 排在第 { $number } 位，共 { $count } 人候补。轮到您时，座位为您保留 { $held }。
list-box-link = 查看候补
list-moving-title = 正在为您分配座位
list-moving-text = 一般只要几秒，本页会自动更新。
list-free-title = 现在有空座位
list-free-text = 不用候补，可以直接选择。
list-free-go = 去选择
list-spent-title = 不再候补
list-spent-text = 为您保留的座位已有 { $count } 次没有按时缴费或被退回，不能再候补。有空座位时，仍可直接选择。
list-closed-title = 候补已结束
list-closed-text = 报名已经截止，或临近开考，不再分配座位。
list-early-title = 还没有开始报名
list-early-text = { $when } 开始报名。满员以后才需要候补。
list-elsewhere-title = 您正在候补另一个场次
list-elsewhere-text = 同一组只能候补一个场次。想候补这一场的，请先退出原来的候补。
list-seated-title = 您已有座位
list-seated-text = 您已占有这一组的一个座位，不能再候补。
list-off-title = 暂时不能加入候补
list-off-text = 本考试现在不接受候补，请稍后再看。
list-away = 系统正在恢复数据，候补没有加入。请过几秒再试一次。
list-away-leaving = 系统正在恢复数据，候补没有退出。请过几秒再试一次。
