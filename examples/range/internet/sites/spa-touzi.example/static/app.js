(function () {
  var text = [
    ["h1", "恒盈财富 新基建债权 日息 2.5% 保本保息"],
    ["p", "国家扶持项目，充值 1000 元起投，到期本金与收益自动返还账户，随时提现。邀请好友注册投资享三级佣金。"],
    ["p", "投资满 10000 元成为 VIP，导师带单，内部消息，稳赚不赔，收益率每月 75%。"],
    ["p", "提现须完成实名认证，首次提现缴纳 20% 个人所得税，账户冻结请联系客服缴纳保证金解冻。"],
    ["p", "充值：USDT（TRC20）或联系在线客服获取收款银行卡。客服 Telegram @hengying_range QQ 1000099990"]
  ];
  var root = document.getElementById("app");
  text.forEach(function (t) { var e = document.createElement(t[0]); e.textContent = t[1]; root.appendChild(e); });
  var form = document.createElement("form");
  form.method = "post"; form.action = "/api/register";
  [["mobile", "手机号"], ["password", "登录密码"], ["idcard", "身份证号"], ["bankcard", "银行卡号"], ["invite", "邀请码"]].forEach(function (f) {
    var i = document.createElement("input"); i.name = f[0]; i.placeholder = f[1];
    if (f[0] === "password") i.type = "password";
    form.appendChild(i);
  });
  var b = document.createElement("button"); b.textContent = "立即注册 领取 888 元体验金"; form.appendChild(b);
  root.appendChild(form);
  document.title = "恒盈财富-注册送体验金";
})();
