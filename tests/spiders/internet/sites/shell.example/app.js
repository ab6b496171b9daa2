document.title = "会员中心";
document.getElementById("app").innerHTML =
  '<h1>会员中心</h1><p>完成任务领取佣金，提现请联系客服。</p><form><input name="card" placeholder="银行卡号"></form>';
