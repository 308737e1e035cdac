# 考生页面的文字。两种语言的键相同，由测试检查。

# 考试
exam-window = 报名时间
exam-window-to = 至
exam-fee = 报名费
exam-deadline = 缴费截止
exam-hold = 座位保留
exam-hold-minutes = { $minutes } 分钟
notice-title = 报考须知
notice-read = 阅读全文
notice-agree = 我已阅读并了解报考须知
sittings-title = 选择场次
sittings-one = 只能选一个场次。
sittings-one-of-group = 这一组只能选一个场次。
sittings-any = 可以选多个场次。
sittings-none = 这一组不报
sittings-free-group = 其他场次
sittings-empty-title = 场次还没有公布
sittings-empty-text = 公布后会出现在这里，请稍后再来。
sittings-wait-title = 正在恢复名额数据
sittings-wait-text = 一般只要几秒。请刷新本页；已锁定的座位不受影响。
level-ample = 余 { $free } / { $capacity }
level-low = 名额过半，余 { $free } / { $capacity }
level-full = 已满员
level-release = 最早 { $time } 有座位可能释放
live-on = 名额实时更新
live-off = 以下是 { $time } 的名额，刷新本页可看最新
live-lost = 实时名额断开了，正在重新连接
choose-submit = 锁定座位，去缴费
choose-submit-guest = 登录并锁定座位
choose-submit-again = 换到所选场次
choose-busy = 正在锁定座位……
choose-hint = 锁定后，座位为您保留 { $minutes } 分钟。
choose-soon = { $when } 开始报名。到时刷新本页即可选择场次。
choose-closed = 报名已截止。已经锁定座位的，可以在「我的报名」里查看。
have-unpaid-title = 您已锁定座位
have-unpaid-text = 换场次会先放弃现在的座位；新场次如果满员，原来的座位不一定还在。
have-review-title = 您已报名，截图正在审核
have-review-text = 审核期间不能更换场次。
have-refused-title = 订单截图没有通过审核
have-refused-text = 座位仍为您保留。请重新上传截图，不要重复缴费。
have-confirmed-title = 您已报名成功
have-go = 查看报名
hold-error-none = 请选择一个场次
hold-error-agree = 请先阅读报考须知并勾选
hold-error-full = 这个场次刚刚满员。您可以选择其他场次。
hold-error-full-until = 这个场次刚刚满员。您可以选择其他场次，或在 { $time } 后再看。
hold-error-group = 同一组只能选一个场次。您已占有这一组的另一个场次。
hold-error-not-open = 现在不在报名时间内，座位没有锁定。
hold-error-unavailable = 系统正在恢复名额数据，座位没有锁定。请过几秒再试一次。
hold-error-unknown = 所选场次已不存在。请重新选择。
hold-error-have = 您已报名本考试，不能再锁定座位。

# 进度
progress = 第 { $step } 步，共 { $steps } 步 · { $name }
step-done = 已完成
step-now = 进行中
step-waiting = 等待中
step-refused = 未通过
step-later = 未开始
step-since = 自 { $when }
step-from = { $when } 开放
step-over = { $when } 已结束
step-optional = （选做）
step-until = { $when } 前

# 选择被拒绝
choice-not-eligible = 不具有{ $subject }报考资格！
choice-requires = 必须先完成{ $needs }的报考，才可以报考{ $subject }。
choice-other-campus = 报考校区受学籍学校设置限制，您不能选择{ $campus }。如有疑问，请咨询学校老师。
choice-campus-closed = { $campus }现在不在报名时间内，请选择其他校区，或关注学校通知。
choice-no-fee = 该科目的费用还没有确定，暂时不能报考。
drop-paid = 已支付的科目不可取消报考。
drop-last = 不能取消所有科目的报考，至少保留一科。
drop-needed = 已报考{ $subject }，这一科的报考不可取消。请先取消{ $subject }。
hold-error-blocked = 请先完成前面的步骤。
or = 或
