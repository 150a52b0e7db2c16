const {spawn}=require('child_process');const fs=require('fs');const WebSocket=require('ws');
const prof=process.argv[2]==='prof';
const conc=+(process.argv[3]||4);
(async()=>{
 const child=spawn(process.execPath,[...(prof?['--cpu-prof','--cpu-prof-dir=/tmp/prof']:[]),'/work/main/dist/cli/playground/main.js','--page','/work/main/dist/web'],{env:{...process.env,PORT:'18077',APP_JWT_SECRET:'s',SANDPIPER_QUEUE:'',SANDPIPER_EVENTS:''},stdio:['ignore','ignore','inherit']});
 for(;;){ if((await fetch('http://127.0.0.1:18077/healthz').catch(()=>({}))).status===204)break; await new Promise(r=>setTimeout(r,50)); }
 await new Promise(r=>setTimeout(r,2000));
 const open=async()=>{const s=new WebSocket('ws://127.0.0.1:18077/v1/ws','sandpiper.v1');await new Promise(r=>s.once('open',r));let h;s.on('message',d=>h(JSON.parse(d)));return ()=>new Promise((res,rej)=>{h=m=>{if(m.type==='exit')res();else if(m.type==='error')rej(new Error(JSON.stringify(m)))};s.send(JSON.stringify({type:'submit',language:'python',files:[{content:"print('hello')\n"}]}))})};
 const cl=await Promise.all(Array.from({length:conc},open));
 const cpu=()=>fs.readFileSync('/proc/stat','utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number);
 const own=p=>fs.readFileSync(`/proc/${p}/stat`,'utf8').split(') ')[1].split(' ').slice(11,15).map(Number);
 for(const c of cl) await c();
 const prx=()=>+fs.readFileSync('/proc/stat','utf8').match(/processes (\d+)/)[1]; const P=prx(); const a=cpu(),o=own(child.pid),me=process.cpuUsage(),t=Date.now(); let n=0;const N=300;
 await Promise.all(cl.map(async c=>{while(n++<N)await c()}));
 const pr=()=>+fs.readFileSync('/proc/stat','utf8').match(/processes (\d+)/)[1];const dt=(Date.now()-t)/1000,b=cpu(),o2=own(child.pid),m2=process.cpuUsage(me);
 const d=b.map((x,i)=>x-a[i]);
 console.log('forks per job',(prx()-P)/N);console.log('rate',N/dt,'busy s',(d[0]+d[1]+d[2]+d[5]+d[6])/100,'user',d[0]/100,'sys',d[2]/100,'idle',d[3]/100,'wall',dt);
 console.log('playground utime stime cutime cstime',o2.map((x,i)=>(x-o[i])/100), 'client', m2.user/1e6,m2.system/1e6);
 child.kill('SIGTERM'); await new Promise(r=>child.once('exit',r)); process.exit(0);
})();
