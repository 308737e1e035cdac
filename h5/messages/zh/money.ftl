# 集体缴费、逾期付款、金额不符、发票。两种语言的键相同，由测试检查。

# 集体缴费锁定
lock-text = 这笔报名费已被学校集体缴费锁定，锁定至 { $when }。在此之前请不要自行付款，也不能更换或取消。
lock-held = 座位仍只保留到 { $held }，锁定不会延长这个时间；到时学校还没有缴费的，座位自动释放，报名时间内您可以重新选择场次。
lock-held-longer = 座位保留到 { $held }；锁定结束时学校还没有缴费的，您可以自己缴费。
lock-ask = 如有疑问，请联系学校老师确认。
lock-line = 学校集体缴费锁定，至 { $when }
lock-line-held = 学校集体缴费锁定，座位保留到 { $when }
lock-bar = 学校集体缴费锁定；到时学校还没有缴费，座位自动释放
lock-over = 学校还没有缴费的，座位已释放，可重新选择场次。
lock-over-text = 学校在保留时间内没有缴费的，座位已放回名额里。报名时间内您可以重新选择场次，再把新的订单号告诉学校老师。
lock-paid = 学校已集体缴费
lock-paid-text = 学校已为您集体缴费。
order-locked = 集体缴费锁定
hold-error-locked = 您的报名已被学校集体缴费锁定，锁定至 { $when }，暂时不能更换场次。如有疑问，请联系学校老师确认。
receipt-school-text = 学校已为您集体缴费，座位已确认。
refund-to-school = 退给缴费的学校，由学校处理。
withdraw-way-school = 退给缴费的学校，由学校处理

# 逾期以后付的钱
late-other-text = 这个场次已经开考，不能再为您锁定座位。没有缴费的，请不要再付款，可另选场次。
late-other-channel = 在本站付过款的，不要再付：到账后可另选同等费用的场次，或原路退款。
late-other-paid = 已经付款的，不要再付：上传订单截图，即可另选一个同等费用的场次。
late-closed-title = 缴费已截止
late-closed-text = 缴费时间已过，座位不再保留；报名也已截止，不能再选场次。请不要再付款。
late-closed-look = 已经付款，查看怎么办
order-note-closed = 缴费已截止。已经付款的，查看怎么办
upload-not-by-picture = 这场考试不收付款截图，截图没有提交。请用本页的方式付款；已经付款的，到账后自动确认。

# 金额不符
wrong-amount-title = 付款金额不符
wrong-amount-text = 收到 { $came }，应缴 { $due }。金额不符的付款不能用于缴费，这一笔全部退回，不另收费用。
wrong-amount-again = 请重新付款，金额不要改动。

# 收据
receipt-free = 免费
receipt-paid-by = 支付方式
receipt-free-text = 本场考试不收费，座位已确认。

# 发票
invoice-section = 发票
invoice-title = 申请发票
invoice-offer = 缴费后可以申请电子发票。
invoice-kind = 抬头类型
invoice-person = 个人
invoice-organisation = 企业或单位
invoice-name = 发票抬头
invoice-name-hint = 个人填姓名；单位填营业执照或登记证书上的全称。
invoice-code = 税号
invoice-code-hint = 个人不用填。单位填 18 位统一社会信用代码；没有换证的，填原来的 15、18 或 20 位税号。
invoice-amount = 开票金额
invoice-asked = 申请时间
invoice-note = 开票前可以修改；开票后不能修改，请仔细核对。
invoice-submit = 提交申请
invoice-change-submit = 保存修改
invoice-back = 返回
invoice-change = 修改抬头或税号
invoice-wanted = 等待开具
invoice-wanted-text = 考务会尽快开具，开好后在这里下载。开具前可以修改。
invoice-made = 已开具
invoice-made-at = 发票
invoice-nothing = 不再开具
invoice-nothing-text = 费用已全部退回，没有可以开票的金额。
invoice-crediting = 等待开具红字发票
invoice-crediting-text = 开票后有退款，考务会开具红字发票冲减，开好后在这里下载。
invoice-credited = 已开具红字发票
invoice-credit-note = 红字发票
invoice-download = 下载发票
invoice-credit-download = 下载红字发票
invoice-error-kind = 请选择抬头类型
invoice-error-title = 请填写发票抬头，最多 { $count } 个字
invoice-error-code = 请填写单位的税号；没有税号的，请选“个人”
invoice-error-characters = 税号只有数字和字母，请检查有没有全角字符、汉字或符号
invoice-error-length = 税号应为 18 位，旧税号为 15、18 或 20 位；您填的是 { $count } 位
invoice-error-check = 税号有误：校验位不符。请对照营业执照核对，注意 0 和 O、1 和 I、2 和 Z
invoice-error-issued = 发票已经开具，抬头没有修改。需要换开的，请联系考务。
said-invoice = 发票申请已提交
