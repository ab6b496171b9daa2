"""What an appellant is told of the law, in two languages. Paraphrased: it is no legal text."""

RIGHTS: dict[str, str] = {
    "zh": "《中华人民共和国反电信网络诈骗法》第三十二条的要旨：对涉诈异常情形采取限制、暂停等措施的，"
    "应当告知处置原因、救济渠道及需要提交的资料；当事人提出申诉的，应当及时核查；"
    "经核查嫌疑不成立的，应当立即解除有关措施。本文为释义，以法律原文为准。",
    "en": "In substance, Article 32 of the Anti-Telecom and Online Fraud Law asks whoever restricts or "
    "suspends something because of suspected fraud to give the reason, the remedy and the documents "
    "needed, to check an objection promptly, and to lift the measure at once where the suspicion "
    "does not hold. This is a paraphrase; the law's own text decides.",
}

DOCUMENTS: dict[str, str] = {
    "zh": "请说明该网址或号码由谁使用、用于什么业务；如有备案号、营业执照编号或入网协议编号，可写入说明。"
    "请勿提交身份证号或银行卡号。",
    "en": "Please say who uses the site or number and for what. You may give the number of a filing, a "
    "business licence or a subscription. Do not send identity card or bank card numbers.",
}
