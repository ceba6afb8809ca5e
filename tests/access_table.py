"""Which status each person gets at every address; test_access.py asks for all of them."""

# Ana and Ben are reps of two teams, Mia manages both; Pia is a manager to whom nobody reports, Nora has no role.
# `login` is the redirect there; every row is about Ana's rows unless it says otherwise. After # which form is sent.
TABLE = """
                                                   nobody Ana   Ben   Mia   Pia   Finn  Ada   Nora
GET  dashboards:home                               login  200   200   200   200   200   200   200
GET  dashboards:rank                               login  200   200   200   200   200   200   200
GET  leaderboards:boards                           login  302   302   302   302   302   302   302
GET  leaderboards:board                            login  200   200   200   200   200   200   200
GET  leaderboards:board          #unknown          login  404   404   404   404   404   404   404

GET  commissions:statements                        login  200   200   200   200   200   200   200
GET  commissions:statement                         login  200   404   200   404   200   200   404
GET  commissions:statement       #none             login  404   404   404   404   404   404   404
GET  commissions:statement-bundle                  login  404   404   404   404   404   404   404
GET  commissions:statement-paper                   login  200   404   200   404   200   200   404
GET  commissions:statement-paper #xlsx             login  200   404   200   404   200   200   404
GET  commissions:statement-paper #csv              login  200   404   200   404   200   200   404
GET  commissions:statement-paper #unknown          login  404   404   404   404   404   404   404
GET  commissions:statement-paper #none             login  404   404   404   404   404   404   404
GET  commissions:line                              login  200   404   200   404   200   200   404
GET  commissions:estimator                         login  200   200   200   200   200   200   200
GET  commissions:estimator-of                      login  200   404   200   404   200   200   404
GET  commissions:estimator-of    #none             login  404   404   404   404   404   404   404
POST commissions:estimator                         login  302   302   302   302   302   302   302
POST commissions:estimator-of                      login  302   404   302   404   302   302   404
GET  commissions:estimated                         login  200   404   200   404   200   200   404
GET  commissions:estimated       #won              login  404   404   404   404   404   404   404
GET  commissions:cancelling                        login  403   404   403   404   403   200   404
GET  commissions:cancelling      #none             login  404   404   404   404   404   404   404
GET  commissions:plans                             login  200   200   200   200   200   200   200
GET  commissions:plan                              login  200   200   200   404   200   200   404
GET  commissions:plan            #anas             login  200   404   200   404   200   200   404
GET  commissions:plan            #draft            login  404   404   404   404   200   200   404
GET  commissions:plan-source     #anas             login  200   404   200   404   200   200   404
GET  commissions:plan-new                          login  403   403   403   403   403   200   403
GET  commissions:plan-upload                       405    405   405   405   405   405   405   405
POST commissions:plan-upload     #empty            login  403   403   403   403   403   422   403
GET  commissions:plan-write                        login  403   403   403   403   403   200   403
POST commissions:plan-write                        login  403   403   403   403   403   302   403
POST commissions:plan-write      #empty            login  403   403   403   403   403   422   403
POST commissions:plan-check                        login  403   403   403   403   403   200   403
GET  commissions:plan-edit                         login  403   403   403   403   403   404   403
GET  commissions:plan-edit       #draft            login  403   403   403   403   403   200   403
POST commissions:plan-edit       #draft            login  403   403   403   403   403   302   403
POST commissions:plan-edit       #stale            login  403   403   403   403   403   409   403
POST commissions:plan-publish    #draft            login  403   403   403   403   403   302   403
POST commissions:plan-retire                       login  403   403   403   403   403   302   403
POST commissions:plan-discard    #draft            login  403   403   403   403   403   302   403
GET  commissions:plan-changes                      login  200   200   200   404   200   200   404
GET  commissions:plan-changes    #draft            login  404   404   404   404   200   200   404
GET  commissions:team-quotas                       login  403   403   403   403   200   200   403
GET  commissions:team-quotas     #none             login  403   403   403   403   404   404   403
POST commissions:team-quotas                       login  403   403   403   403   403   302   403
POST commissions:team-quotas     #empty            login  403   403   403   403   403   422   403
GET  commissions:roster                            login  403   403   403   403   200   200   403
GET  commissions:roster-save                       405    405   405   405   405   405   405   405
POST commissions:roster-save                       login  403   403   403   403   403   302   403
POST commissions:roster-save     #wrong            login  403   403   403   403   403   422   403
GET  commissions:roster-paste                      login  403   403   403   403   403   200   403
POST commissions:roster-paste                      login  403   403   403   403   403   200   403
POST commissions:roster-paste    #empty            login  403   403   403   403   403   422   403
GET  commissions:roster-person                     login  403   403   403   403   200   200   403
GET  commissions:roster-person   #none             login  403   403   403   403   404   404   403
POST commissions:roster-person                     login  403   403   403   403   403   302   403
POST commissions:roster-person   #empty            login  403   403   403   403   403   422   403
GET  commissions:plan-accept                       405    405   405   405   405   405   405   405
POST commissions:plan-accept                       login  302   422   404   404   404   404   404
POST commissions:plan-accept     #anas             login  302   404   404   404   404   404   404
POST commissions:plan-accept     #draft            login  404   404   404   404   404   404   404
GET  commissions:acceptances                       login  403   403   200   200   200   200   403
GET  commissions:scores                            login  403   403   200   200   200   200   403
POST commissions:scores                            login  403   403   302   302   403   302   403
POST commissions:scores          #wrong            login  403   403   422   302   403   422   403
GET  commissions:scores-paste                      login  403   403   200   200   403   200   403
POST commissions:scores-paste                      login  403   403   422   422   403   422   403
GET  commissions:whatif                            login  403   403   403   403   200   200   403
GET  commissions:whatif          #none             login  403   403   403   403   404   404   403
POST commissions:whatif                            login  403   403   403   403   200   200   403
POST commissions:whatif          #empty            login  403   403   403   403   422   422   403
GET  commissions:scenarios                         login  403   403   403   403   200   200   403
GET  commissions:scenarios-compared                login  403   403   403   403   200   200   403
GET  commissions:scenarios-compared #none          login  403   403   403   403   302   302   403
GET  commissions:scenario-draft                    405    405   405   405   405   405   405   405
POST commissions:scenario-draft                    login  403   403   403   403   302   302   403
POST commissions:scenario-draft  #none             login  403   403   403   403   404   404   403
GET  commissions:scenario-delete                   405    405   405   405   405   405   405   405
POST commissions:scenario-delete                   login  403   403   403   403   302   302   403
POST commissions:scenario-delete #none             login  403   403   403   403   404   404   403
GET  commissions:periods                           login  403   403   403   403   200   200   403
GET  commissions:period                            login  403   403   403   403   200   200   403
GET  commissions:period          #none             login  403   403   403   403   404   404   403
GET  commissions:run                               login  403   403   403   403   200   200   403
GET  commissions:runs                              login  403   403   403   403   200   200   403
GET  commissions:period-runs                       login  403   403   403   403   200   200   403
GET  commissions:period-runs     #none             login  403   403   403   403   404   404   403
GET  commissions:period-changes                    login  403   403   403   403   200   200   403
GET  commissions:period-changes  #none             login  403   403   403   403   404   404   403
POST commissions:run-start       #nobody           login  403   403   403   403   422   422   403
GET  commissions:period-move                       405    405   405   405   405   405   405   405
POST commissions:period-move                       login  403   403   403   403   302   302   403
POST commissions:period-move     #empty            login  403   403   403   403   422   422   403
POST commissions:period-move     #none             login  403   403   403   403   404   404   403
GET  commissions:period-tick                       405    405   405   405   405   405   405   405
POST commissions:period-tick                       login  403   403   403   403   302   302   403
POST commissions:period-tick     #old              login  403   403   403   403   422   422   403
GET  commissions:period-exceptions                 login  403   403   403   403   200   200   403
POST commissions:period-exceptions                 login  403   403   403   403   302   302   403
POST commissions:period-exceptions #empty          login  403   403   403   403   422   422   403
GET  commissions:period-exception-withdraw         405    405   405   405   405   405   405   405
POST commissions:period-exception-withdraw         login  403   403   403   403   302   302   403
GET  commissions:export                            login  403   403   403   403   200   200   403
GET  commissions:run-start                         405    405   405   405   405   405   405   405
POST commissions:run-start                         login  403   403   403   403   302   302   403
POST commissions:run-start       #empty            login  403   403   403   403   422   422   403
GET  commissions:disputes                          login  200   200   200   200   200   200   200
GET  commissions:dispute                           login  200   404   200   404   200   200   404
GET  commissions:dispute         #none             login  404   404   404   404   404   404   404
GET  commissions:dispute-new                       login  200   404   200   404   403   403   404
GET  commissions:dispute-new     #line             login  200   404   200   404   403   403   404
POST commissions:dispute-new                       login  302   404   302   404   403   403   404
POST commissions:dispute-new     #deal             login  302   404   302   404   403   403   404
POST commissions:dispute-new     #again            login  422   404   422   404   403   403   404
GET  commissions:dispute-facts                     login  403   404   200   404   200   200   404
GET  commissions:dispute-facts   #shown            login  403   404   200   404   200   200   404
GET  commissions:dispute-message                   405    405   405   405   405   405   405   405
POST commissions:dispute-message                   login  302   404   302   404   302   302   404
POST commissions:dispute-message #internal         login  422   404   302   404   302   302   404
GET  commissions:dispute-assign                    405    405   405   405   405   405   405   405
POST commissions:dispute-assign                    login  403   404   302   404   302   302   404
POST commissions:dispute-assign  #empty            login  403   404   422   404   422   422   404
GET  commissions:dispute-end                       405    405   405   405   405   405   405   405
POST commissions:dispute-end                       login  403   404   302   404   302   302   404
POST commissions:dispute-end     #empty            login  403   404   422   404   422   422   404
GET  commissions:dispute-withdraw                  405    405   405   405   405   405   405   405
POST commissions:dispute-withdraw                  login  302   404   403   404   403   403   404
GET  commissions:adjustments                       login  200   200   200   200   200   200   200
GET  commissions:adjustment                        login  200   404   200   404   200   200   404
GET  commissions:adjustment      #asked            login  404   404   200   404   200   200   404
GET  commissions:adjustment      #none             login  404   404   404   404   404   404   404
GET  commissions:adjustment-new                    login  403   403   200   200   200   200   403
POST commissions:adjustment-new                    login  403   403   200   422   200   200   403
POST commissions:adjustment-new  #save             login  403   403   302   422   302   302   403
POST commissions:adjustment-new  #empty            login  403   403   422   422   422   422   403
GET  commissions:adjustment-split                  login  403   403   200   200   200   200   403
POST commissions:adjustment-split                  login  403   403   302   422   302   302   403
POST commissions:adjustment-split #empty           login  403   403   422   422   422   422   403
GET  commissions:adjustments-list                  login  403   403   200   200   200   200   403
POST commissions:adjustments-list                  login  403   403   200   200   200   200   403
POST commissions:adjustments-list #empty           login  403   403   422   422   422   422   403
GET  commissions:adjustment-limits                 login  403   403   403   403   403   200   403
POST commissions:adjustment-limits                 login  403   403   403   403   403   302   403
POST commissions:adjustment-limits #empty          login  403   403   403   403   403   422   403
GET  commissions:adjustment-decide                 405    405   405   405   405   405   405   405
POST commissions:adjustment-decide                 login  404   404   403   404   302   302   404
POST commissions:adjustment-decide #empty          login  404   404   403   404   422   422   404
GET  commissions:adjustment-withdraw               405    405   405   405   405   405   405   405
POST commissions:adjustment-withdraw               login  404   404   302   404   302   302   404
POST commissions:adjustment-withdraw #counts       login  403   404   422   404   302   302   404
GET  commissions:adjustment-evidence               login  404   404   200   404   200   200   404
GET  commissions:adjustment-evidence #asked        login  404   404   404   404   404   404   404

GET  sales:deals                                   login  200   200   200   200   200   200   200
GET  sales:deal                                    login  200   404   200   404   200   200   404
GET  sales:deal                  #shared           login  200   200   200   404   200   200   404
GET  sales:deal                  #none             login  404   404   404   404   404   404   404
GET  sales:deal-new                                login  200   200   200   200   403   200   403
POST sales:deal-new                                login  302   302   302   302   403   302   403
POST sales:deal-new              #empty            login  422   422   422   422   403   422   403
GET  sales:deal-edit                               login  200   404   403   404   403   200   404
GET  sales:deal-edit             #won              login  403   404   403   404   403   200   404
GET  sales:deal-edit             #shared           login  403   200   403   404   403   200   404
POST sales:deal-edit                               login  302   404   403   404   403   302   404
POST sales:deal-edit             #won              login  403   404   403   404   403   302   404
POST sales:deal-edit             #empty            login  422   404   403   404   403   422   404
GET  sales:deal-close                              405    405   405   405   405   405   405   405
POST sales:deal-close                              login  302   404   403   404   403   302   404
POST sales:deal-close            #won              login  422   404   422   404   422   422   404
POST sales:deal-close            #empty            login  422   404   403   404   403   422   404
GET  sales:deal-cancel                             405    405   405   405   405   405   405   405
POST sales:deal-cancel           #won              login  403   404   403   404   403   302   404
POST sales:deal-cancel           #empty            login  422   404   403   404   403   422   404
GET  sales:payment-record                          405    405   405   405   405   405   405   405
POST sales:payment-record                          login  403   404   403   404   302   302   404
POST sales:payment-record        #empty            login  403   404   403   404   422   422   404
GET  sales:payment-remove                          405    405   405   405   405   405   405   405
POST sales:payment-remove                          login  403   404   403   404   302   302   404
POST sales:payment-remove        #none             login  404   404   404   404   404   404   404
GET  sales:suggestions                             login  200   200   200   200   200   200   200
GET  sales:suggestions           #unknown          login  404   404   404   404   404   404   404

GET  sales:rates                                   login  403   403   403   403   200   200   403
GET  sales:rate-new                                login  403   403   403   403   200   200   403
POST sales:rate-new                                login  403   403   403   403   302   302   403
POST sales:rate-new              #empty            login  403   403   403   403   422   422   403
GET  sales:rate                                    login  403   403   403   403   200   200   403
GET  sales:rate                  #none             login  403   403   403   403   404   404   403
POST sales:rate                                    login  403   403   403   403   302   302   403
POST sales:rate                  #empty            login  403   403   403   403   422   422   403
GET  sales:rate-remove                             405    405   405   405   405   405   405   405
POST sales:rate-remove                             login  403   403   403   403   302   302   403

GET  sales:imports                                 login  403   403   403   403   403   200   403
GET  sales:import-new                              login  403   403   403   403   403   200   403
POST sales:import-new            #empty            login  403   403   403   403   403   422   403
GET  sales:import-template                         login  403   403   403   403   403   200   403
GET  sales:import-template       #unknown          login  403   403   403   403   403   404   403
GET  sales:import                                  login  403   403   403   403   403   200   403
GET  sales:import                #none             login  403   403   403   403   403   404   403
GET  sales:import-state                            login  403   403   403   403   403   200   403
GET  sales:import-columns                          login  403   403   403   403   403   200   403
POST sales:import-columns                          login  403   403   403   403   403   302   403
GET  sales:import-source                           405    405   405   405   405   405   405   405
POST sales:import-source         #empty            login  403   403   403   403   403   422   403
GET  sales:import-apply                            405    405   405   405   405   405   405   405
POST sales:import-apply                            login  403   403   403   403   403   302   403
GET  sales:import-check                            405    405   405   405   405   405   405   405
POST sales:import-check                            login  403   403   403   403   403   302   403
GET  sales:import-refused                          login  403   403   403   403   403   404   403
GET  sales:import-refused        #some             login  403   403   403   403   403   200   403
GET  sales:mappings                                login  403   403   403   403   403   200   403
GET  sales:mapping-new                             login  403   403   403   403   403   200   403
POST sales:mapping-new                             login  403   403   403   403   403   302   403
POST sales:mapping-new           #empty            login  403   403   403   403   403   422   403
GET  sales:mapping                                 login  403   403   403   403   403   200   403
POST sales:mapping                                 login  403   403   403   403   403   302   403
POST sales:mapping               #empty            login  403   403   403   403   403   422   403
GET  sales:mapping-delete                          405    405   405   405   405   405   405   405
POST sales:mapping-delete                          login  403   403   403   403   403   302   403

GET  accounts:people                               login  403   403   403   403   403   200   403
GET  accounts:person                               login  403   403   403   403   403   200   403
GET  accounts:person             #none             login  403   403   403   403   403   404   403
GET  accounts:person-new                           login  403   403   403   403   403   200   403
POST accounts:person-new                           login  403   403   403   403   403   302   403
POST accounts:person-new         #empty            login  403   403   403   403   403   422   403
GET  accounts:person-edit                          login  403   403   403   403   403   200   403
POST accounts:person-edit                          login  403   403   403   403   403   302   403
POST accounts:person-edit        #empty            login  403   403   403   403   403   422   403
GET  accounts:person-team                          405    405   405   405   405   405   405   405
POST accounts:person-team                          login  403   403   403   403   403   302   403
POST accounts:person-team        #empty            login  403   403   403   403   403   422   403
GET  accounts:person-manager                       405    405   405   405   405   405   405   405
POST accounts:person-manager                       login  403   403   403   403   403   302   403
POST accounts:person-manager     #empty            login  403   403   403   403   403   422   403
GET  accounts:person-leave                         login  200   404   200   404   200   200   404
POST accounts:person-leave                         login  403   404   302   404   302   302   404
POST accounts:person-leave       #empty            login  403   404   422   404   422   422   404
GET  accounts:leave-edit                           login  403   404   200   404   200   200   404
POST accounts:leave-edit                           login  403   404   302   404   302   302   404
POST accounts:leave-edit         #empty            login  403   404   422   404   422   422   404
GET  accounts:leave-edit         #none             login  404   404   404   404   404   404   404
GET  accounts:leave-remove                         405    405   405   405   405   405   405   405
POST accounts:leave-remove                         login  403   404   302   404   302   302   404
GET  accounts:person-invite                        405    405   405   405   405   405   405   405
POST accounts:person-invite                        login  403   403   403   403   403   200   403
POST accounts:person-invite      #inactive         login  403   403   403   403   403   404   403
GET  accounts:teams                                login  403   403   403   403   403   200   403
GET  accounts:team                                 login  403   403   403   403   403   200   403
POST accounts:team                                 login  403   403   403   403   403   302   403
GET  accounts:team-new                             login  403   403   403   403   403   200   403
POST accounts:team-new                             login  403   403   403   403   403   302   403
POST accounts:team-new           #empty            login  403   403   403   403   403   422   403
GET  accounts:profile                              login  200   200   200   200   200   200   200
POST accounts:profile                              login  302   302   302   302   302   302   302
POST accounts:profile            #empty            login  422   422   422   422   422   422   422

GET  account_login                                 200    302   302   302   302   302   302   302
POST account_login                                 302    302   302   302   302   302   302   302
POST account_login               #wrong            200    302   302   302   302   302   302   302
GET  account_logout                                302    200   200   200   200   200   200   200
POST account_logout                                302    302   302   302   302   302   302   302
GET  account_inactive                              200    200   200   200   200   200   200   200
GET  account_signup                                200    302   302   302   302   302   302   302
POST account_signup                                200    302   302   302   302   302   302   302
GET  account_change_password                       login  200   200   200   200   200   200   200
POST account_change_password     #empty            login  200   200   200   200   200   200   200
GET  account_reset_password                        200    200   200   200   200   200   200   200
POST account_reset_password                        302    302   302   302   302   302   302   302
GET  account_reset_password_done                   200    200   200   200   200   200   200   200
GET  account_reset_password_from_key               200    200   200   200   200   200   200   200
GET  account_reset_password_from_key_done          200    200   200   200   200   200   200   200

GET  healthz                                       200    200   200   200   200   200   200   200
POST healthz                                       405    405   405   405   405   405   405   405
GET  set_language                                  405    405   405   405   405   405   405   405
POST set_language                                  302    302   302   302   302   302   302   302
GET  live                                          400    400   400   400   400   400   400   400
GET  live                        #board            403    200   200   200   200   200   200   200
GET  live                        #ana              403    200   404   200   404   200   200   404
GET  live                        #ben              403    404   200   200   404   200   200   404
GET  live                        #board+ben        403    404   200   200   404   200   200   404
GET  live                        #unknown          403    404   404   404   404   404   404   404

GET  audit:history                                 login  403   403   403   403   200   200   403
GET  audit:history               #of-ana           login  403   403   403   403   200   200   403
GET  audit:history-export                          login  403   403   403   403   200   200   403
"""
