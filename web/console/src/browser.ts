/** What a browser calls itself, in the words of its owner: "Chrome，Windows"; the raw text says nothing to a clerk. */
const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/, '微信'], [/DingTalk/, '钉钉'], [/QIHU|360SE|360EE/, '360 浏览器'], [/HuaweiBrowser/, '华为浏览器'], [/MiuiBrowser/, '小米浏览器'],
  [/Edg\//, 'Edge'], [/Firefox\//, 'Firefox'], [/Chrome|Chromium|CriOS/, 'Chrome 或同类浏览器'], [/Safari\//, 'Safari'],
  // A long name is kept short, and ends before it says more.
  [/AppleWebKit/, 'Chrome 或同类浏览器'],
]
const SYSTEMS: [RegExp, string][] = [
  [/HarmonyOS|OpenHarmony/, '鸿蒙'], [/Android/, '安卓手机'], [/iPhone|iPad/, '苹果手机或平板'], [/Windows/, 'Windows 电脑'], [/Mac OS X/, '苹果电脑'], [/Linux/, 'Linux 电脑'],
]
const first = (list: [RegExp, string][], text: string) => list.find(([mark]) => mark.test(text))?.[1]

export function browserWord(agent: string | null | undefined): string {
  if (!agent) return '未知'
  const words = [first(BROWSERS, agent), first(SYSTEMS, agent)].filter(Boolean)
  return words.length ? words.join('，') : agent
}
