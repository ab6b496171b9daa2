<script>
function check(f){
  var bad=[].filter.call(f.elements,function(e){return e.required&&!e.value});
  if(bad.length){alert("请完整填写信息");bad[0].focus();return false}
  var b=f.querySelector("button");b.disabled=true;b.textContent="提交中…";
  return true}
var sms=document.getElementById("sms");
if(sms)sms.onclick=function(){var n=60,t=setInterval(function(){sms.textContent=n-->0?n+" 秒后重发":(clearInterval(t),"获取验证码")},1000)};
</script>
