# 考生页面的文字。两种语言的键相同，由测试检查。

# 框架
site-name = 考试报名
skip = 跳到正文
nav = 站内
nav-me = 个人中心
nav-sign-in = 登录
language-switch = English
display-to-elder = 长辈版
display-to-ordinary = 标准版
display-title = 显示
display-now = 现在的版面
display-ordinary = 标准版
display-elder = 长辈版
display-hint = 长辈版字更大、按钮更大，一页只排一栏。换手机登录也一样。
display-hint-elder = 每个页面右上角都可以换回标准版。换手机登录也是长辈版。
demo = 演示环境：不会真的报名，也不会收费。
demo-sandbox = 短信、邮件和样例证件在沙盒里
demo-label = 演示环境
signed-out = 登录已过期，请重新登录。
ended-session = 您的登录已结束
ended-session-text = { $idle }没有操作、或登录满{ $hours }会自动退出，在别处退出或改了密码也会。提交和保存过的内容都在。
session-hours = { $count } 小时
session-minutes = { $count } 分钟
session-ends-idle = 很久没有操作，登录将在约 2 分钟后自动退出。
session-ends-last = 登录时间已满，将在约 2 分钟后自动退出。正在填写的内容不会丢失，提交时重新登录即可接着做。
session-ends-at = 登录将于 { $time } 自动退出，届时请重新登录。正在填写的内容不会丢失。
session-stay = 继续使用
signed-out-link = 登录后回到本页
offline = 网络断开了。已填的内容还在页面上，恢复后再提交。
offline-held = 网络断开了。已填的内容还在页面上，恢复后再提交；座位的保留时间由服务器计算，不受影响。
footer-time = 本站时间均为北京时间。
footer-privacy = 证件号码加密保存，页面上只显示首尾几位。
notice-label = 通知
foot-operator = 主办：{ $operator }
foot-complaints = 投诉与建议：
privacy-title = 个人信息保护政策
privacy-years-title = 个人信息保存多久
privacy-years = 从您最后一次考试结束或最后一次使用账号算起，以较晚的为准，满 { $count } 年后，我们删除您的姓名、证件号码、联系方式、照片和报名表等个人信息。报名和缴费记录按会计档案继续保存，其中没有您的姓名和证件号码。之后再报名，重新注册即可。
footer-poster = 手机扫码打开本站

# 首页
home-search = 找考试或学校
home-search-go = 查找
home-search-none = 没有找到“{ $sought }”
home-search-all = 查看全部考试
home-title = 考试报名
home-open = 正在报名
home-soon = 即将开始
home-closed = 已经截止
home-empty-title = 目前没有开放的报名
home-empty-text = 学校发布新的报名后，会出现在这里。已经报过名的，可以查看「个人中心」。
home-tickets = { $when } 起打印准考证
home-pay-until = 缴费截止 { $when }
home-step-open = 开放中
home-step-soon = 未开放
home-step-over = 已截止
home-mine = 我的报名：
home-me = 去个人中心
exam-open = 报名中
exam-soon = 未开始
exam-closed = 已截止
exam-until = { $when } 截止
exam-from = { $when } 开始
exam-ended = { $when } 已截止
exam-enter = 查看须知和场次

# 等待结果
waits-reload = 刷新本页，看有没有结果
waits-live = 有结果后，本页自动更新。
waits-ready = 有结果了，请刷新本页查看
waits-done = 有结果了，正在更新本页……

# 微信
wechat-title = 请在浏览器中打开
wechat-text = 微信里不能完成报名。请按下面两步，用手机浏览器打开本页。
wechat-step-1 = 点右上角的
wechat-step-1-dots = 三个点
wechat-step-2 = 选「在浏览器打开」
wechat-or = 或者复制网址，粘贴到手机浏览器：
wechat-copy = 复制网址
wechat-copied = 已复制
wechat-copy-hand = 请长按网址，全选后复制
wechat-poster = 换一台手机打开？看本站二维码

# 海报
poster-title = 海报
poster-alt = 本站二维码
poster-how = 用手机浏览器扫码，或输入网址。
poster-wechat = 用微信扫码的，请点右上角「···」，选「在浏览器打开」。

# 出错
error-not-found-title = 没有这个页面
error-not-found-text = 网址可能不完整，或者内容已经移走。
error-forbidden-title = 不能这样打开
error-forbidden-text = 这个请求不是从本站页面发出的，没有执行。请回到本站页面再操作。
error-method-title = 请从页面上操作
error-method-text = 这个网址不能直接打开。
error-too-large-title = 文件太大
error-too-large-text = 图片不能超过 { $limit } MB，没有提交。请返回上一页，换一张，或把图片调小。
error-bad-title = 提交的内容不完整
error-bad-text = 页面可能在传送中断了。请返回上一页再提交一次。
error-too-many-title = 请求太多
error-too-many-text = 这个网络或账号刚才发来的请求太密。请等 { $seconds } 秒再试。已锁定的座位不受影响。
error-broken-title = 系统出了问题
error-broken-text = 这次操作没有完成，问题已经记录。请过一会儿再试；座位如已锁定，不会因此失去。
error-unavailable-title = 系统暂时忙
error-unavailable-text = 这次操作没有完成。请过几秒刷新本页；座位如已锁定，不会因此失去。
error-again = 再试一次
error-home = 回到首页
error-me = 去个人中心

# 帮助，以及每一页都有的
offline-numbers = 网络断开了。恢复后名额会自动更新。
offline-numbers-held = 网络断开了。恢复后名额会自动更新；座位的保留时间由服务器计算，不受影响。
site-description = 考试网上报名：选场次、缴费、查看审核结果、打印准考证。
ask = 有疑问请咨询：
page-changed = 您的报名有了变化。
page-reload = 刷新本页
home-days = 考试日期 { $days }

# A draft as candidates would see it, for staff.
preview-title = 预览
preview-until = 草稿还没有应用，本页只供工作人员查看，按钮不能使用。链接在{ $until }失效。
preview-pages = 预览的页面
preview-list = 考试列表
preview-exam = 考试首页
preview-notice = 须知
preview-form = 报名表
preview-sittings = 选择场次
preview-at-open = 看开放时的样子
preview-at-now = 看现在的样子
