"""Short pages of our own writing: kinds of fraud, and the honest pages that look like them."""

_FORM = '<form method="post" action="/go">{}<button>提交</button></form>'


def _page(title: str, *paragraphs: str, form: str = "", tail: str = "") -> str:
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1>{body}{form}{tail}</body></html>"
    )


def _field(label: str, name: str, kind: str = "text") -> str:
    return f'<label>{label}<input type="{kind}" name="{name}" placeholder="请输入{label}"></label>'


FILING = "<footer>京ICP备10000001号-1 京公网安备11010100000001号</footer>"

FRAUD = {
    "task-rebate": (
        "xq88task.top",
        _page(
            "星趣联盟任务大厅",
            "点赞赚佣金，在家就能日赚三百，宝妈兼职首选，日结佣金立即到账。",
            "抢单步骤：先垫付本金，完成连单后佣金与本金一起提现。VIP等级越高，佣金越高。",
            "派单导师一对一带您做任务，添加微信 xq_daoshi88 领取新人福利单。",
            form=_FORM.format(
                _field("手机号", "mobile", "tel")
                + _field("密码", "pwd", "password")
                + _field("邀请码", "invite")
            ),
            tail='<a href="/app/xq.apk">下载APP</a>',
        ),
    ),
    "fake-investment": (
        "m.kx-fund668.vip",
        _page(
            "凯信国际数字资产",
            "量化机器人二十四小时交易，日收益百分之三，稳赚不赔，导师带单，内幕消息同步。",
            "USDT充值立即到账，随时提现，加入VIP群领取体验金。",
            form=_FORM.format(
                _field("账号", "user")
                + _field("登录密码", "pwd", "password")
                + _field("邀请码", "code")
            ),
            tail='<a href="https://t.me/kxfund_service">Telegram 在线客服</a>',
        ),
    ),
    "fake-loan": (
        "kuaidai99.cc",
        _page(
            "快易贷 三分钟放款",
            "无视征信，黑户可贷，凭身份证即可放款，最高额度二十万，百分百下款，秒到账。",
            "银行卡号有误导致放款冻结的客户，请联系客服缴纳解冻金后提现。",
            form=_FORM.format(
                _field("姓名", "name")
                + _field("身份证号", "idcard")
                + _field("银行卡号", "card")
                + _field("短信验证码", "sms")
            ),
        ),
    ),
    "impersonating-police": (
        "spp-gov.icu",
        _page(
            "最高人民检察院网上清查系统",
            "您因涉嫌洗钱已被立案，通缉令与冻结令已签发。请配合资金清查，将资金转入安全账户比对。",
            "本案属保密协议范围，不得告知他人。输入案件编号与银行卡信息进行资金核查。",
            form=_FORM.format(
                _field("案件编号", "case")
                + _field("身份证号", "idcard")
                + _field("银行卡号", "card")
                + _field("取款密码", "pin", "password")
            ),
        ),
    ),
    "gambling": (
        "8829v.com",
        _page(
            "新葡京娱乐城",
            "真人荷官百家乐，首充送彩金，注册送88元，高额返水，体育投注赔率更高，棋牌捕鱼老虎机应有尽有。",
            "线路检测 优惠活动 代理加盟，存取款三分钟到账。",
            form=_FORM.format(_field("账号", "user") + _field("密码", "pwd", "password")),
        ),
    ),
    "fake-customer-service": (
        "tuikuan-lipei.com",
        _page(
            "快递丢失理赔通道",
            "您的快递丢失，可获三倍赔付。请填写退款验证信息，理赔金将退到您的收款账户。",
            form=_FORM.format(
                _field("姓名", "name")
                + _field("银行卡号", "card")
                + _field("身份证号", "idcard")
                + _field("短信验证码", "sms")
            ),
        ),
    ),
    "phishing-credential": (
        "icbc-jifen.top",
        _page(
            "中国工商银行 积分兑换",
            "您的积分即将清零，请登录验证后积分兑换现金，手机银行失效的客户请重新激活。",
            form=_FORM.format(
                _field("银行卡号", "card")
                + _field("取款密码", "pin", "password")
                + _field("有效期", "exp")
                + _field("CVV", "cvv")
            ),
        ),
    ),
}
"""By category: a host, and the page that stands there."""

HONEST = {
    "education": (
        "fanzha.city.example",
        _page(
            "警惕这些骗局：反诈中心揭秘刷单诈骗",
            "凡是刷单，都是诈骗。骗子先以“点赞赚佣金”诱导，再要求垫付本金做连单，最后以卡单为由拒绝提现。",
            "谨防虚假贷款：声称无视征信、黑户可贷，先收解冻金的都是诈骗。不要轻信“稳赚不赔”“导师带单”。",
            "公检法没有安全账户，不会通过网络出示通缉令。请下载国家反诈中心APP，遇到可疑情况拨打96110。",
            tail=FILING,
        ),
    ),
    "bank-loan": (
        "www.ruralbank.example",
        _page(
            "个人信用贷款 - 江河农村商业银行",
            "贷款额度最高三十万元，年化利率百分之四起，按月还款，审核通过后放款至本人账户。",
            "风险提示：请勿向任何个人转账，本行贷款不收取保证金、解冻金。贷款资金不得用于投资。",
            "关于我们 营业网点 隐私政策 用户协议 金融许可证 全国统一客服 0571-12345678",
            form=_FORM.format(_field("姓名", "name") + _field("手机号", "mobile", "tel")),
            tail=FILING,
        ),
    ),
    "news": (
        "news.daily.example",
        _page(
            "本市破获一起冒充公检法案件",
            "本报讯 记者从市公安局获悉，警方近日抓获犯罪嫌疑人五名。",
            "据介绍，嫌疑人谎称受害人涉嫌洗钱，出示伪造的通缉令，要求把资金转入所谓安全账户。",
            "民警提醒广大市民，接到此类电话请立即报警。 来源：市公安局 编辑：王小明 发布时间：2026-02-01",
            tail=FILING,
        ),
    ),
    "victim": (
        "bbs.forum.example",
        _page(
            "我在一个百家乐网站被骗了八万，怎么办",
            "楼主：上个月有人拉我进群，说首充送彩金，导师带单稳赚不赔，结果提现一直不到账，要我交解冻金。",
            "已经报案立案了，有没有同样遭遇的，钱要不回来了吗？求助。",
            "回帖：我也上当了，这就是骗子，赶紧报警。回帖：血的教训，不要再转账了。",
        ),
    ),
    "shop": (
        "shop.tea.example",
        _page(
            "山里人家茶叶专卖店",
            "新茶上市，包邮到家，限时特价。会员积分可以抵现，支持七天无理由退款。",
            "关于我们 隐私政策 用户协议",
            form=_FORM.format(
                _field("手机号", "mobile", "tel") + _field("密码", "pwd", "password")
            ),
            tail="<footer>浙ICP备20000002号</footer>",
        ),
    ),
}
"""By kind: a host, and the page that stands there."""
