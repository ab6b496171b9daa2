<script>
(function(){
  var names=["李**","王**","张**","陈**","赵**","刘**"],box=document.querySelector(".roll"),i=0;
  function row(){var p=document.createElement("p");
    p.innerHTML="会员 "+names[i++%names.length]+" 刚刚提现 <b>"+(Math.floor(Math.random()*9000)+800)+"</b> 元，已到账";
    box&&box.insertBefore(p,box.firstChild)}
  setInterval(row,1800);
  var left=600,el=document.getElementById("left");
  setInterval(function(){if(el&&left>0){left--;el.textContent=("0"+Math.floor(left/60)).slice(-2)+":"+("0"+left%60).slice(-2)}},1000);
  document.addEventListener("contextmenu",function(e){e.preventDefault()});
  document.onkeydown=function(e){if(e.keyCode===123)return false};
  var m=document.querySelector(".mask");if(m&&!sessionStorage.seen){m.className="mask on";sessionStorage.seen=1;m.onclick=function(){m.className="mask"}}
})();
</script>
