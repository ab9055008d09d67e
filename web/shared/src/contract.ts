/**
 * No code: proof that what the server says it sends fits what the pages read, and that what the
 * pages send fits what the server takes. A renamed or dropped field fails `vue-tsc`.
 */
import type { components } from '../api'
import type * as ours from './types'

type Server = components['schemas']
/** Fails to compile unless every `From` can be used as a `To`. */
type Fits<From extends To, To> = From

export type Read = [
  Fits<Server['Me'], ours.Me>,
  Fits<Server['DemoAccount'], ours.DemoAccount>,
  Fits<Server['Job'], ours.Job>,
  Fits<Server['JobRunPage'], ours.Page<ours.JobRun>>,
  Fits<Server['Sender'], ours.Sender>,
  Fits<Server['LetterPage'], ours.Page<ours.Letter>>,
  Fits<Server['LetterEvent'], ours.LetterEvent>,
  Fits<Server['LetterPreview'], ours.LetterPreview>,
  Fits<Server['LetterVersionPage'], ours.Page<ours.LetterVersion>>,
  Fits<Server['Subscription'], ours.Subscription>,
  Fits<Server['Session'], ours.OpenSession>,
  Fits<Server['LookPage'], ours.Page<ours.Look>>,
  Fits<Server['SignInAttempt'], ours.SignInAttempt>,
  Fits<Server['Factor'], ours.Factor>,
  Fits<Server['FactorOffer'], ours.FactorOffer>,
  Fits<Server['Parameter'], ours.Parameter>,
  Fits<Server['CodeList'], ours.CodeList>,
  Fits<Server['MatterRow'], ours.MatterRow>,
  Fits<Server['Matter'], ours.MatterView>,
  Fits<Server['MatterPage'], ours.MatterPage>,
  Fits<Server['Home'], ours.Home>,
  Fits<Server['Step'], ours.Step>,
  Fits<Server['Area'], ours.Area>,
  Fits<Server['AreaDetail'], ours.AreaDetail>,
  Fits<Server['AreaChange'], ours.AreaChange>,
  Fits<Server['AreaChangePreview'], ours.AreaChangePreview>,
  Fits<Server['AreaHistory'], ours.AreaHistory>,
  Fits<Server['AreaWhole'], ours.AreaWhole>,
  Fits<Server['AreaCheck'], ours.AreaCheck>,
  Fits<Server['GridImport'], ours.GridImport>,
  Fits<Server['BoundaryImport'], ours.BoundaryImport>,
  Fits<Server['Crosswalk'], ours.Crosswalk>,
  Fits<Server['LineCount'], ours.LineCount>,
  Fits<Server['LocatedUnit'], ours.Located>,
  Fits<Server['CallableOrg'], ours.Callable>,
  Fits<Server['Vacancy'], ours.Vacancy>,
  Fits<Server['Post'], ours.AreaPost>,
  Fits<Server['Absence'], ours.Absence>,
  Fits<Server['Duty'], ours.Duty>,
  Fits<Server['CategoryClass'], ours.CategoryClass>,
  Fits<Server['CodedKind'], ours.CodedKind>,
  Fits<Server['CodedTitle'], ours.CodedTitle>,
  Fits<Server['Flow'], ours.Flow>,
  Fits<Server['FlowSummary'], ours.FlowSummary>,
  Fits<Server['Board'], ours.Board>,
  Fits<Server['TodayBoard'], ours.TodayBoard>,
  Fits<Server['StuckDesk'], ours.StuckDesk>,
  Fits<Server['MessagePage'], ours.Page<ours.Message>>,
  Fits<Server['VisitPage'], ours.Page<ours.Visit>>,
  Fits<Server['RuleBook'], ours.RuleBook>,
  Fits<Server['AccountPage'], ours.Page<ours.Account>>,
  Fits<Server['MadeAccount'], ours.MadeAccount>,
  Fits<Server['Token'], ours.ApiToken>,
  Fits<Server['MadeToken'], ours.MadeToken>,
  Fits<Server['PublicProgress'], ours.Followed>,
  Fits<Server['AuditPage'], ours.Page<ours.AuditRow>>,
  Fits<Server['ProblemDocument'], ours.ProblemBody>,
]

export type Sent = [Fits<ours.ReportForm, Server['ReportForm']>, Fits<ours.ActionForm, Server['ActionForm']>]
